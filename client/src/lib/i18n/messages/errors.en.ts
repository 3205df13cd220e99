import type { ErrorCode, ErrorDetails } from '#shared/contracts/errors.ts';

type Sentence = string | ((details: ErrorDetails) => string);

const wait = (details: ErrorDetails): number => Math.max(1, Number(details['retryAfterSeconds'] ?? 60));
const duration = (seconds: number): string => (seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`);

export const errors = {
  INVALID_INPUT: 'Some of the information is not valid. Check it and try again.',
  UNAUTHENTICATED: 'Your session has ended. Sign in again.',
  FORBIDDEN: 'You may not do this.',
  ORIGIN_REFUSED: 'This request does not come from our site. Open the page again and retry.',
  NOT_FOUND: 'What you are looking for does not exist, or no longer does.',
  CONFLICT: 'Things have changed meanwhile. Reload the page to see where they stand.',
  RATE_LIMITED: (details) => `Too many tries in a short time. Try again in ${duration(wait(details))}.`,
  INTERNAL: 'Something went wrong on our side. Nothing was lost; try again in a moment.',
  UNAVAILABLE: 'The service does not answer. Check your connection, then try again.',
  INVALID_CREDENTIALS: 'The identifier or the password is not right.',
  CODE_INVALID: 'This is not the right code. Check the six digits of the last message.',
  CODE_EXPIRED: 'This code is no longer valid. Ask for a new one.',
  PASSWORD_TOO_WEAK: 'This password is too easy to guess. Choose a longer or less common one.',
  DOCUMENT_NOT_FOUND: 'This certificate cannot be found, or it is not yours.',
  DOCUMENT_STATE_CONFLICT: 'This certificate has moved on. The page has just been updated.',
  DOCUMENT_FIELD_INVALID: 'This value is not valid. Copy exactly what is printed.',
  DOCUMENT_FIELDS_MISSING: 'Required information is missing.',
  FILE_EMPTY: 'This file is empty. Choose another photograph.',
  FILE_TOO_LARGE: 'This photograph is over 12 MB. Choose a lighter one.',
  FILE_TYPE_REFUSED: 'This file is not a JPEG, PNG or WebP photograph.',
  FILE_UNREADABLE: 'This photograph is damaged and cannot be opened. Take it again.',
  FILE_TOO_MANY_PIXELS: 'This image is too large (over 40 million pixels). Take an ordinary photograph.',
  TOO_MANY_PAGES: 'Too many photographs were sent for this certificate. Start a new one.',
  VEHICLE_NOT_FOUND: 'This vehicle is not in your list.',
  PLATE_INVALID: 'This registration number has no known form.',
  PLATE_ALREADY_REGISTERED: 'This registration number is registered to somebody else.',
  VIN_INVALID: 'A chassis number has exactly 17 characters, without I, O or Q.',
  TOPIC_UNKNOWN: 'This information is not followed live.',
  TOPIC_FORBIDDEN: 'This page does not exist, or it is not yours.',
  TOO_MANY_SOCKETS: 'Vignette is open in too many windows. Close some of them.',
  TOO_MANY_TOPICS: 'Too much is being followed at once. Reload the page.',
} as const satisfies Record<ErrorCode, Sentence>;

import { AppError, ERROR_STATUS, type ErrorBody, type ErrorCode } from '#shared/contracts/errors.ts';

const TIMEOUT_MS = 20_000;

/**
 * A request to our own server: the answer's data, or an AppError; UNAVAILABLE when no answer comes. `cache`: `reload` when what the
 * browser kept has proved old.
 */
export async function request<T>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
  cache: RequestCache = 'default',
): Promise<T> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      cache,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    text = await response.text();
  } catch (cause) {
    throw new AppError('UNAVAILABLE', undefined, { cause });
  }
  if (!response.ok) throw errorOf(response.status, text);
  return dataOf<T>(text);
}

/** A query of what is given: what is empty or absent is not asked. */
export function queryOf(values: Readonly<Record<string, string | undefined>>): string {
  return new URLSearchParams(Object.entries(values).filter((entry): entry is [string, string] => !!entry[1])).toString();
}

/** The data of an answer that went well. A page of somebody else's (a hotel's network, say) in its place is no answer. */
export function dataOf<T>(text: string): T {
  try {
    return (text ? JSON.parse(text) : null) as T;
  } catch (cause) {
    throw new AppError('UNAVAILABLE', undefined, { cause });
  }
}

/** The error that an answer tells of; without a body of ours, the one that its status suggests. */
export function errorOf(status: number, text: string): AppError {
  try {
    const { error } = JSON.parse(text) as { error: ErrorBody };
    if (Object.hasOwn(ERROR_STATUS, error.code)) {
      return new AppError(error.code, error.incident ? { ...error.details, incident: error.incident } : error.details);
    }
  } catch {
    // Not an answer of ours: a balancer's page, say.
  }
  const known: Record<number, ErrorCode> = {
    401: 'UNAUTHENTICATED',
    404: 'NOT_FOUND',
    413: 'FILE_TOO_LARGE',
    429: 'RATE_LIMITED',
  };
  return new AppError(known[status] ?? (status >= 500 ? 'UNAVAILABLE' : 'INVALID_INPUT'));
}

/** Whatever was thrown, as an AppError. */
export const toAppError = (error: unknown): AppError =>
  error instanceof AppError ? error : new AppError('INTERNAL', undefined, { cause: error });

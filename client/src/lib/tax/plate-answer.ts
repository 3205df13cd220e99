import { AppError } from '#shared/contracts/errors.ts';
import type { PlateLookup } from '#shared/contracts/tax.ts';
import { normalisePlate } from '#shared/domain/plates.ts';
import { request, toAppError } from '../api.ts';

/** What came of looking a plate up, in the cases that people are told apart. */
export type PlateAnswer =
  | { kind: 'found'; lookup: PlateLookup }
  | { kind: 'unknown'; plate: string }
  | { kind: 'invalid'; plate: string }
  | { kind: 'foreign'; plate: string; country: string }
  /** `until`: when the next look-up is taken. */
  | { kind: 'limited'; until: Date }
  | { kind: 'away' }
  | { kind: 'failed'; error: AppError };

/** Looks a plate up as it was typed. Never rejects. */
export async function lookUpPlate(
  typed: string,
  ask: (path: string) => Promise<PlateLookup> = (path) => request('GET', path),
  now = new Date(),
): Promise<PlateAnswer> {
  const plate = normalisePlate(typed);
  if (!plate) return { kind: 'invalid', plate: typed };
  try {
    return { kind: 'found', lookup: await ask(`/api/plates/${encodeURIComponent(plate)}`) };
  } catch (thrown) {
    return answerOf(toAppError(thrown), plate, now);
  }
}

function answerOf(error: AppError, plate: string, now: Date): PlateAnswer {
  switch (error.code) {
    case 'NOT_FOUND': {
      const country = error.details?.['country'];
      return typeof country === 'string' ? { kind: 'foreign', plate, country } : { kind: 'unknown', plate };
    }
    case 'PLATE_INVALID':
      return { kind: 'invalid', plate };
    case 'RATE_LIMITED':
      return { kind: 'limited', until: new Date(now.getTime() + Number(error.details?.['retryAfterSeconds'] ?? 60) * 1_000) };
    case 'UNAVAILABLE':
      return { kind: 'away' };
    default:
      return { kind: 'failed', error };
  }
}

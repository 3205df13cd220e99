import { SecondFactorCode, type SecondStep } from '#shared/contracts/second-factor.ts';
import type { AppError } from '#shared/contracts/errors.ts';

/** Whether a text may be a code, of the device or on paper; the server decides. */
export const looksLikeCode = (text: string): boolean => SecondFactorCode.safeParse(text).success;

/** The page where a session that waits for its second step goes on. */
export const secondStepPage = (step: SecondStep, query: string): string =>
  `/connexion/${step === 'code' ? 'code' : 'securiser'}${query}`;

/** What a refused session waits for; null when it was refused for another reason. */
export function awaitedStep(error: AppError): SecondStep | null {
  if (error.code !== 'SECOND_FACTOR_REQUIRED') return null;
  return error.details?.['step'] === 'enrol' ? 'enrol' : 'code';
}

const CODES = 'vignette-backup-codes';

/** Codes just made, until the person says that they are kept: a page that is loaded again must not lose them. For this tab alone. */
export const shownCodes = {
  keep: (codes: readonly string[]): void => write(JSON.stringify(codes)),
  forget: (): void => write(null),
  read(): string[] | null {
    try {
      const kept: unknown = JSON.parse(sessionStorage.getItem(CODES) ?? 'null');
      return Array.isArray(kept) && kept.every((code) => typeof code === 'string') ? kept : null;
    } catch {
      return null;
    }
  },
};

function write(text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(CODES);
    else sessionStorage.setItem(CODES, text);
  } catch {
    // A browser that keeps nothing shows them once.
  }
}

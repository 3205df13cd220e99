const KEY = 'vignette-sign-up';

/** The address that a code was sent to, kept for this tab while the code is fetched. */
export function readPending(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function rememberPending(identifier: string): void {
  try {
    sessionStorage.setItem(KEY, identifier);
  } catch {
    // A browser that keeps nothing starts again after a reload.
  }
}

export function forgetPending(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

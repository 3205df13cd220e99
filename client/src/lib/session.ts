import type { Me } from '#shared/contracts/identity.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { request } from './api.ts';
import { isStaff } from './bureau/staff.ts';

/** Who is signed in; null when nobody is. Throws SECOND_FACTOR_REQUIRED for one of the staff between the two steps. */
export async function whoIsSignedIn(): Promise<Me | null> {
  try {
    return await request<Me>('GET', '/api/me');
  } catch (error) {
    if (error instanceof AppError && error.code === 'UNAUTHENTICATED') return null;
    throw error;
  }
}

const REMEMBERED = 'vignette-signed-in';

/** Notes in this browser whether somebody is signed in: a hint for links on public pages, never a right. */
export function rememberSignedIn(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(REMEMBERED, '1');
    else localStorage.removeItem(REMEMBERED);
  } catch {
    // A browser that keeps nothing shows the links of a stranger.
  }
}

export function wasSignedIn(): boolean {
  try {
    return localStorage.getItem(REMEMBERED) === '1';
  } catch {
    return false;
  }
}

/** Where to go after signing in: an address of ours, given as `?suite=`; nothing else is followed. Else to where one's work is. */
export function nextAddress(url: URL, me?: Pick<Me, 'role'>): string {
  const next = url.searchParams.get('suite') ?? '';
  return /^\/(?![/\\])/.test(next) ? next : me && isStaff(me) ? '/bureau' : '/vehicules';
}

import type { Page } from 'playwright-core';
import { Secret, TOTP } from 'otpauth';
import { until } from '#shared/node/testing/helpers.ts';
import type { SignIn } from '#deploy/local/demo-database.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { fr } from './texts.ts';

const STEP_MS = 30_000;
const stepNow = (): number => Math.floor(Date.now() / STEP_MS);
/** A code is taken once: the step of the newest one given out, by secret. */
const lastStep = new Map<string, number>();

/** A demo account of the staff by its role. */
export function staffOf(stack: RunningStack, role: string): SignIn & { totpSecret: string } {
  const known = stack.signIns.find((one) => one.role === role);
  if (!known?.totpSecret) throw new Error(`the demo has no ${role} with a second step`);
  return { ...known, totpSecret: known.totpSecret };
}

/**
 * A code of a secret that was not given out before in this process. The server takes the step before and the step after the present one as
 * well, so that two come within thirty seconds; a third waits for its time. The step before is not given: it is too old when a page is slow.
 */
export async function freshCode(secret: string): Promise<string> {
  const step = Math.max((lastStep.get(secret) ?? 0) + 1, stepNow());
  lastStep.set(secret, step);
  await until(() => step <= stepNow() + 1, { what: 'the time of the next code', timeoutMs: 2 * STEP_MS });
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: step * STEP_MS });
}

/** Signs one of the staff in through the pages, both steps; ends on `lands`. */
export async function signInStaff(page: Page, stack: RunningStack, role: string, lands = '**/bureau'): Promise<void> {
  const known = staffOf(stack, role);
  await page.goto(`${stack.origin}/connexion`, { waitUntil: 'networkidle' });
  await page.getByLabel(fr.auth.identifier).fill(known.identifier);
  await page.getByLabel(fr.auth.password, { exact: true }).fill(known.password);
  await page.getByRole('button', { name: fr.signIn }).click();
  await page.waitForURL((url) => url.pathname !== '/connexion');
  if (new URL(page.url()).pathname === '/connexion/code') {
    await page.locator('input[autocomplete="one-time-code"]').fill(await freshCode(known.totpSecret));
    await page.locator('form button[type="submit"]').click();
  }
  await page.waitForURL(lands);
}

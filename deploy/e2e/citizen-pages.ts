import type { Page } from 'playwright-core';
import { z } from 'zod';
import { until } from '#shared/node/testing/helpers.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { fr } from './texts.ts';

const Messages = z.array(z.object({ text: z.string() }));

/** The newest six-digit code sent to an address, as the catcher shows it. */
export async function sentCode(stack: RunningStack, to: string): Promise<string> {
  return until(
    async () => {
      const answer = await fetch(`${stack.catcherUrl ?? ''}/messages.json?to=${encodeURIComponent(to)}`);
      const [newest] = Messages.parse(await answer.json());
      return newest && /\b\d{6}\b/.exec(newest.text)?.[0];
    },
    { what: `a code for ${to}`, timeoutMs: 15_000 },
  );
}

/** Signs up through the pages, as a person does; ends on the list of vehicles. */
export async function signUp(page: Page, stack: RunningStack, email: string): Promise<void> {
  // Until the page's code is there, a press does nothing.
  await page.goto(`${stack.origin}/inscription`, { waitUntil: 'networkidle' });
  await page.getByLabel(fr.auth.identifier).fill(email);
  await page.getByRole('button', { name: fr.auth.sendCode }).click();
  await page.getByLabel(fr.auth.code).fill(await sentCode(stack, email));
  await page.getByLabel(fr.auth.name).fill('Rakoto Andry');
  await page.getByLabel(fr.auth.newPassword).fill('vary amin anana 77');
  await page.getByRole('button', { name: fr.auth.create }).click();
  await page.waitForURL('**/vehicules');
}

/** Gives photographs to the page that adds a vehicle; ends on the page of the reading. Answers the document's id. */
export async function submitPhotographs(page: Page, stack: RunningStack, files: string[]): Promise<string> {
  await page.goto(`${stack.origin}/vehicules/ajouter`);
  await page.locator('input[type=file]').last().setInputFiles(files);
  await page.getByRole('button', { name: fr.documents.add.send }).click();
  await page.waitForURL(/\/vehicules\/documents\/[0-9a-f-]{36}$/);
  return page.url().split('/').at(-1) ?? '';
}

/** One moment of a reading as the page shows it. */
const Moment = z.object({ step: z.string(), percent: z.number() });
export type Moment = z.infer<typeof Moment>;

/** Evaluated in the page: the step marked as current and the bar's value. */
const PROGRESS_SHOWN = `({
  step: document.querySelector('[aria-current="step"]')?.textContent?.trim() ?? '',
  percent: Number(document.querySelector('[role="progressbar"]')?.getAttribute('aria-valuenow') ?? -1),
})`;

/** Watches a page's progress until `done`; every different moment once, in order. */
export async function watchProgress(page: Page, done: () => Promise<boolean>): Promise<Moment[]> {
  const seen: Moment[] = [];
  await until(
    async () => {
      const moment = await page.evaluate(PROGRESS_SHOWN).then(Moment.parse, () => null);
      const last = seen.at(-1);
      if (moment && moment.percent >= 0 && (last?.percent !== moment.percent || last.step !== moment.step)) seen.push(moment);
      return done();
    },
    { what: 'the end of the reading', timeoutMs: 90_000, everyMs: 30 },
  );
  return seen;
}

import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { localDirectory } from '#deploy/local/paths.ts';

/**
 * The address bar's list, two pages of its own in every window that nobody sees: half of what an empty window costs. The others are those that
 * Playwright turns off; the last such flag counts alone.
 */
const WITHOUT = [
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose'],
  ...[
    'HttpsUpgrades',
    'HttpsFirstBalancedModeAutoEnable',
    'LensOverlay',
    'MediaRouter',
    'PaintHolding',
    'ThirdPartyStoragePartitioning',
  ],
  ...['OptimizationHints', 'NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch'],
];

/** Nothing of Chromium's own may look for a network. */
const FLAGS = [
  `--disable-features=${WITHOUT.join(',')}`,
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1440, height: 900 };

/** Starts Debian's Chromium (or the one that CHROMIUM_PATH names), with a profile of its own. */
export async function launchBrowser(flags: readonly string[] = []): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) throw new Error(`no Chromium at ${executablePath}: run the tests with \`npm test\``);
  return chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...flags] });
}

export async function openContext(browser: Browser, viewport = PHONE, dark = false): Promise<BrowserContext> {
  const context = await browser.newContext({
    ...{ viewport, locale: 'fr-FR', colorScheme: dark ? 'dark' : 'light', reducedMotion: 'no-preference' },
  });
  contexts.add(context);
  context.on('close', () => contexts.delete(context));
  return context;
}

const contexts = new Set<BrowserContext>();

/** Keeps what every page showed when a test failed, under `.local/screenshots/failed/`, with its address in the log. */
export async function picturesOfFailure(test: string): Promise<void> {
  const pages = [...contexts].flatMap((context) => context.pages());
  for (const [number, page] of pages.entries()) {
    const name = `failed/${test.replaceAll(/[^a-z0-9]+/giu, '-').slice(0, 60)}-${number}`;
    console.log(`${name}: ${page.url()}`);
    await picture(page, name).catch((error: unknown) => console.log(String(error)));
  }
}

/** Keeps a picture of the page under `.local/screenshots/`, to be looked at. */
export async function picture(page: Page, name: string): Promise<void> {
  const file = path.join(localDirectory, 'screenshots', `${name}.png`);
  mkdirSync(path.dirname(file), { recursive: true });
  await page.screenshot({ path: file, fullPage: true });
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const THE_END_OF_MOTION = `Promise.allSettled(
  document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity).map(({ finished }) => finished),
)`;

interface AxeResult {
  violations: { id: string; help: string; nodes: { target: unknown[] }[] }[];
}

/**
 * What axe finds on the page as it stands (WCAG 2.2 A and AA, and its best practices), once what moves and ends has
 * ended: half way in, a text that appears has the contrast of no page that anybody reads.
 */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(THE_END_OF_MOTION);
  // Through the debugger, so that the page's own content policy stays in force.
  await page.evaluate(await import('node:fs/promises').then((fs) => fs.readFile(axePath, 'utf8')));
  const result = await page.evaluate(() => (globalThis as typeof globalThis & { axe: { run(): Promise<AxeResult> } }).axe.run());
  return result.violations.map(
    ({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ target }) => target.join(' ')).join(', ')})`,
  );
}

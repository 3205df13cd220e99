import type { Browser, BrowserContext, Page } from 'playwright-core';
import { DESK, openContext, PHONE, picture } from '#deploy/e2e/browser.ts';
import { NATIONAL, PERIODS, type DashboardView, type Period } from '#shared/contracts/dashboards.ts';
import { topicOf } from '#shared/contracts/topics.ts';

/** A state of the nation's dashboard as it came on a socket. Milliseconds of this machine's clock. */
export interface Received {
  at: number;
  /** Taxes collected this year: grows with each payment. */
  count: number;
  /** When it was put together. */
  asOf: number;
  bytes: number;
}

/** A page of the dashboard in Chromium. */
export interface WatchedPage {
  name: string;
  /** What came on the page's socket since it was opened. */
  received(): Promise<Received[]>;
  /** The newest state that came; null: none was pushed yet. */
  newest(): Promise<DashboardView | null>;
  /** The amounts that a person reads there. Minor unit. */
  figures(): Promise<Record<Period, number>>;
  /** Kept under `.local/screenshots/`, to be looked at. */
  picture(): Promise<void>;
}

const PAGES = [
  { name: 'desk', address: '/bureau/tableau', viewport: DESK },
  { name: 'wall', address: '/bureau/mur', viewport: { width: 1920, height: 1080 } },
  { name: 'phone', address: '/bureau/tableau', viewport: PHONE },
] as const;

/** What the page's socket gives it is noted before the page itself sees it, and read only at the end: reading would be work for the page. */
const NOTE = `
  const told = [];
  globalThis.told = told;
  const mark = ${JSON.stringify(`["live",{"topic":"${topicOf('dashboard', NATIONAL)}"`)};
  globalThis.WebSocket = class extends globalThis.WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => {
        if (typeof data === 'string' && data.includes(mark)) told.push([Date.now(), data]);
      });
    }
  };`;
const NEWEST = `JSON.parse(told.at(-1)?.[1].slice(told.at(-1)[1].indexOf('[')) ?? 'null')?.[1].state ?? null`;
const RECEIVED = `told.map(([at, data]) => {
  const { state } = JSON.parse(data.slice(data.indexOf('[')))[1];
  return { at, count: state.periods.year.collected.count, asOf: Date.parse(state.asOf), bytes: data.length };
})`;

/** Opens the desk, the wall and the telephone, as somebody who is signed in with these cookies. */
export async function openPages(
  browser: Browser,
  origin: string,
  cookies: readonly { name: string; value: string }[],
): Promise<WatchedPage[]> {
  const pages: WatchedPage[] = [];
  for (const { name, address, viewport } of PAGES) {
    const context = await openContext(browser, viewport);
    await context.addCookies(cookies.map((cookie) => ({ ...cookie, url: origin })));
    pages.push(await watch(context, name, `${origin}${address}`));
  }
  return pages;
}

async function watch(context: BrowserContext, name: string, address: string): Promise<WatchedPage> {
  const page = await context.newPage();
  await page.addInitScript(NOTE);
  await page.goto(address, { timeout: 120_000 });
  await page.locator('.uplot canvas').first().waitFor({ timeout: 120_000 });
  return {
    name,
    received: () => page.evaluate<Received[]>(RECEIVED),
    newest: () => page.evaluate<DashboardView | null>(NEWEST),
    async figures() {
      const read = await Promise.all(PERIODS.map(async (period) => [period, await amount(page, period)] as const));
      return Object.fromEntries(read) as Record<Period, number>;
    },
    picture: () => picture(page, `bench-dashboard-${name}`),
  };
}

async function amount(page: Page, period: Period): Promise<number> {
  const text = await page.locator(`[data-figure="collected-${period}"]`).innerText();
  return Number(text.replace(/[^\d-]/g, ''));
}

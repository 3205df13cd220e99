import { randomInt, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { decodeQR } from 'qr/decode.js';
import sharp from 'sharp';
import { io } from 'socket.io-client';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { revokeReceipts } from '#db/revocations.repository.ts';
import { vehicles } from '#db/schema/vehicles.ts';
import { localDirectory } from '#deploy/local/paths.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import type { Ack, CommandInput } from '#shared/contracts/commands.ts';
import { PaymentView } from '#shared/contracts/payments.ts';
import { ReceiptView, SignedText } from '#shared/contracts/receipts.ts';
import { PlateLookup } from '#shared/contracts/tax.ts';
import { parseRevocationList } from '#shared/domain/payments/revocation-list.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { receiptQr } from '#workers/payments/receipt-pdf.ts';
import { DESK, PHONE, accessibilityFaults, launchBrowser, openContext, picture } from './browser.ts';
import { startTestStack } from './test-stack.ts';
import { common as englishCommon } from '#client/src/lib/i18n/messages/common.en.ts';
import { verify as english } from '#client/src/lib/i18n/messages/verify.en.ts';
import { fr } from './texts.ts';

/** An inspector with a telephone: the real page in Chromium, receipts that were paid through the whole stack. */
const m = fr.verify;
let stack: RunningStack;
let database: Database;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let faults: string[];
let cookie: string;
let good: ReceiptView & { payment: string };
let bad: ReceiptView;

beforeAll(async () => {
  stack = await startTestStack('e2e-verify');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', max: 2, applicationName: 'e2e-verify' });
  browser = await launchBrowser();
  const [citizen] = stack.signIns;
  const answer = await fetch(`${stack.origin}/api/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: stack.origin },
    body: JSON.stringify({ identifier: citizen?.identifier, password: citizen?.password }),
  });
  cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  good = await payReceipt();
  bad = await payReceipt();
});
afterAll(async () => {
  await browser?.close();
  await database?.close();
  await stack?.stop();
});
beforeEach(async () => {
  context = await openContext(browser, PHONE);
  page = await context.newPage();
  faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
});
afterEach(async () => {
  await context.close();
  expect(faults).toEqual([]);
});

const read = async (where: string): Promise<unknown> => (await fetch(`${stack.origin}${where}`, { headers: { cookie } })).json();

/** Pays the tax of a new vehicle of nobody's; answers its receipt. */
async function payReceipt(): Promise<ReceiptView & { payment: string }> {
  const plate = `${randomInt(1_000, 9_999)}TV${String.fromCharCode(65 + randomInt(26))}`;
  const registered = { country: 'MG', holderName: 'RABE SOLO', fuel: 'ES', fiscalPower: 4, firstRegistration: '2020-05-01' };
  await database.db.insert(vehicles).values({ ...registered, plate });
  const { assessment } = PlateLookup.parse(await read(`/api/plates/${plate}`));
  const socket = io(stack.origin, { transports: ['websocket'], extraHeaders: { cookie, origin: stack.origin } });
  try {
    await until(() => socket.connected, { what: 'the socket' });
    const order: CommandInput<'payment:start'> = {
      idempotencyKey: randomUUID(),
      provider: 'mvola',
      phone: '034 00 001 50',
      items: [{ plate, fiscalYear: assessment.fiscalYear }],
      amount: assessment.total ?? 0,
    };
    const started = (await socket.emitWithAck('payment:start', order)) as Ack<PaymentView>;
    if ('error' in started) throw new Error(JSON.stringify(started.error));
    const paid = async (): Promise<string | undefined> =>
      PaymentView.parse(await read(`/api/payments/${started.data.id}`)).items[0]?.receipt?.reference;
    const reference = await until(paid, { timeoutMs: 40_000, what: 'the receipt' });
    return { ...ReceiptView.parse(await read(`/api/receipts/${reference}`)), payment: started.data.id };
  } finally {
    socket.disconnect();
  }
}

/** The code as a hand holds it: turned, a little out of focus, darker than paper, on a table. */
async function photograph(qr: string): Promise<Buffer> {
  const code = await sharp(await receiptQr(qr))
    .rotate(11, { background: '#d8d4c8' })
    .toBuffer();
  return sharp({ create: { width: 1_400, height: 1_050, channels: 3, background: '#6a5c4d' } })
    .composite([{ input: code, left: 320, top: 150 }])
    .jpeg({ quality: 70 })
    .toBuffer()
    .then((image) => sharp(image).blur(1.4).linear(0.7, 12).jpeg({ quality: 70 }).toBuffer());
}

const open = async (where = page): Promise<void> => {
  await where.goto(`${stack.origin}/verify`);
  await where.locator('[data-offline="ready"]').waitFor({ timeout: 30_000 });
};
const byPhotograph = async (qr: string): Promise<void> =>
  page.locator('input[type=file]').setInputFiles({ name: 'code.jpg', mimeType: 'image/jpeg', buffer: await photograph(qr) });
async function byHand(text: string): Promise<void> {
  if (!(await page.getByLabel(m.text).isVisible())) await page.getByText(m.byHand).click();
  await page.getByLabel(m.text).fill(text);
  await page.getByRole('button', { name: m.check, exact: true }).click();
}
const verdict = async (kind: keyof typeof m.verdict, where = page): Promise<void> => {
  await where.locator(`[data-verdict="${kind}"]`).waitFor({ timeout: 20_000 });
  expect(await where.getByRole('heading', { level: 2, name: m.verdict[kind].title }).isVisible()).toBe(true);
};
/** What is read out, and where the keyboard is. */
async function announced(kind: keyof typeof m.verdict): Promise<void> {
  expect(await page.locator('main > * [aria-live=assertive]').innerText()).toBe(m.verdict[kind].title);
  expect(await page.evaluate('document.activeElement?.getAttribute("aria-label")')).toBe(m.result);
}

it('a photograph of a receipt that was paid: genuine, and the register says so too', async () => {
  await page.goto(stack.origin);
  await page.getByRole('contentinfo').getByRole('link', { name: m.link }).click();
  await page.waitForURL('**/verify');
  await page.locator('[data-list="good"]').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'verify-start-390');
  await byPhotograph(good.qr);
  await verdict('genuine');
  await announced('genuine');
  await page.getByText(m.register.confirmed('').split('\u00a0')[0] ?? '').waitFor();
  const shown = await page.locator('[data-verdict]').innerText();
  expect(shown).toContain(good.reference);
  expect(shown).toContain(good.validUntil.slice(0, 4));
  expect(shown).not.toContain('RABE');
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'verify-genuine-390');
  await page.setViewportSize(DESK);
  await picture(page, 'verify-genuine-1440');
});

it('one letter changed: altered; no code, no picture, no receipt: said so', async () => {
  await open();
  const plate = good.plate.startsWith('9') ? good.plate.replace('9', '8') : good.plate.replace(/^\d/, '9');
  await byPhotograph(good.qr.replace(`|${good.plate}|`, `|${plate}|`));
  await verdict('altered');
  await announced('altered');
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'verify-altered-390');
  await byHand('https://exemple.mg/');
  await verdict('not_ours');
  await byHand(good.qr.replace(/^V1\|[^|]+/, 'V1|2019-01'));
  await verdict('unknown_key');
  await page.getByText(m.register.no_such_key).waitFor();
  await byHand(` ${good.qr.slice(0, 60)}\n${good.qr.slice(60)} `);
  await verdict('genuine');
  await byHand(good.reference.toLowerCase());
  await verdict('genuine');
  await byHand('ABCDEFGHJKLMNPQRSTUV');
  await page.getByText(m.register.unknownReference).waitFor();
  await page.getByRole('button', { name: m.check, exact: true }).waitFor();
  await page.getByLabel(m.text).fill('  ');
  await page.getByRole('button', { name: m.check, exact: true }).click();
  await page.getByText(m.textEmpty).waitFor();
  const give = (buffer: Buffer) =>
    page.locator('input[type=file]').setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer });
  await give(Buffer.from('no picture'));
  await page.getByText(m.photoProblem.no_image).waitFor();
  await give(
    await sharp({ create: { width: 300, height: 200, channels: 3, background: '#888' } })
      .png()
      .toBuffer(),
  );
  await page.getByText(m.photoProblem.no_code).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
});

it('without a network the page opens again, judges, and says how old its list is; next day the list is too old', async () => {
  await open();
  await context.setOffline(true);
  await page.reload();
  await page.locator('[data-refreshed="failed"]').waitFor();
  expect(await page.evaluate(`fetch('/api/verify/keys', { cache: 'no-store' }).then(() => 'answered', () => 'offline')`)).toBe(
    'offline',
  );
  await byPhotograph(good.qr);
  await verdict('genuine');
  await page.getByText(m.register.offline).waitFor();
  await page.getByRole('button', { name: fr.switchLanguage }).click();
  await page.getByRole('heading', { level: 2, name: english.verdict.genuine.title }).waitFor();
  await page.getByRole('button', { name: englishCommon.switchLanguage }).click();
  expect(await page.locator('[data-list="good"]').innerText()).toContain(m.own.issued('', '').split(' ')[0] ?? '');
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'verify-offline-390');
  await page.clock.setFixedTime(Date.now() + 30 * 3600_000);
  await page.reload();
  await page.locator('[data-list="old"]').waitFor();
  await byHand(good.qr);
  await verdict('list_too_old');
  await page.getByText(m.listAge('30').slice(0, -1)).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'verify-too-old-390');
  await page.clock.setFixedTime(Date.now() - 30 * 3600_000);
  await byHand(good.qr);
  await verdict('clock_wrong');
  await page.clock.setFixedTime(Date.now());
  await context.setOffline(false);
  await page.getByRole('button', { name: m.own.refresh }).click();
  await page.locator('[data-refreshed="fine"]').waitFor();
  await byHand(good.qr);
  await verdict('genuine');
});

it('other pages are never the service worker’s', async () => {
  await open();
  const scopes = await page.evaluate(
    `navigator.serviceWorker.getRegistrations().then((all) => all.map(({ scope }) => new URL(scope).pathname))`,
  );
  expect(scopes).toEqual(['/verify']);
  await context.setOffline(true);
  const elsewhere = await context.newPage();
  await expect(elsewhere.goto(`${stack.origin}/connexion`)).rejects.toThrow(/ERR_INTERNET_DISCONNECTED/);
  await page.goto(`${stack.origin}/verify`);
  const kept: string[] = await page.evaluate(`caches.keys().then(async (names) => (await Promise.all(names.map(async (name) =>
    (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat())`);
  expect(kept).toContain('/verify');
  expect(kept.filter((one) => /^\/(api|socket\.io)/.test(one))).toEqual([]);
});

it('an older browser, without Ed25519, says the same, also without a network', async () => {
  await context.addInitScript({
    content: `const { importKey } = SubtleCrypto.prototype;
      SubtleCrypto.prototype.importKey = function (...given) {
        return given[2].name === 'Ed25519' ? Promise.reject(new DOMException('', 'NotSupportedError')) : importKey.apply(this, given);
      };`,
  });
  await open();
  await context.setOffline(true);
  await page.reload();
  await byHand(good.qr);
  await verdict('genuine');
  await byHand(good.qr.replace(/\|(\d)/, (_all, digit: string) => `|${(Number(digit) + 1) % 10}`));
  await page.locator('[data-verdict="altered"], [data-verdict="unknown_key"]').waitFor();
  await byHand(good.qr.slice(0, -5) + (good.qr.at(-5) === 'A' ? 'B' : 'A') + good.qr.slice(-4));
  await verdict('altered');
});

it('a camera that is refused is told of, and there are other ways', async () => {
  await open();
  await page.getByRole('button', { name: m.scan }).click();
  await page.getByText(new RegExp(`${m.camera.refused.slice(0, 20)}|${m.camera.absent.slice(0, 20)}`)).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await byHand(good.qr);
  await verdict('genuine');
});

it('the camera sees a receipt', async () => {
  const file = path.join(localDirectory, 'e2e-verify', 'camera.y4m');
  writeFileSync(file, await cameraFilm(good.qr));
  const filmed = await launchBrowser([
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${file}`,
  ]);
  try {
    const inspector = await (await openContext(filmed, PHONE)).newPage();
    await open(inspector);
    await inspector.getByRole('button', { name: m.scan }).click();
    await inspector.locator('[data-verdict]').waitFor({ timeout: 30_000 });
    await verdict('genuine', inspector);
    expect(await inspector.locator('video').count()).toBe(0);
    await inspector.getByRole('button', { name: m.scanNext }).click();
    await verdict('genuine', inspector);
  } finally {
    await filmed.close();
  }
});

/** A film of a code in the Y4M form: grey, 640 × 480, some frames. */
async function cameraFilm(qr: string): Promise<Buffer> {
  const code = await sharp(await receiptQr(qr))
    .resize(400)
    .rotate(4, { background: '#ccc' })
    .toBuffer();
  const { data } = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#777' } })
    .composite([{ input: code, left: 100, top: 20 }])
    .png()
    .toBuffer()
    .then((image) => sharp(image).blur(0.7).greyscale().raw().toBuffer({ resolveWithObject: true }));
  const frame = Buffer.concat([Buffer.from('FRAME\n'), data, Buffer.alloc((640 * 480) / 2, 128)]);
  return Buffer.concat([Buffer.from('YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n'), ...Array.from({ length: 10 }, () => frame)]);
}

it('who paid shows the code over the whole screen, also when the network is gone', async () => {
  const [name, value] = [cookie.slice(0, cookie.indexOf('=')), cookie.slice(cookie.indexOf('=') + 1)];
  await context.addCookies([{ name, value: value.split(';')[0] ?? '', url: stack.origin }]);
  await page.goto(`${stack.origin}/paiements/${good.payment}`);
  const show = page.getByRole('button', { name: m.showOf(good.number) });
  await show.waitFor();
  await page.locator('dialog svg.qr').waitFor({ state: 'attached' });
  await context.setOffline(true);
  await show.click();
  await page.locator('dialog svg.qr').waitFor();
  const { data, info } = await sharp(await page.screenshot())
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(decodeQR({ data, width: info.width, height: info.height }, { timeLimit: 3_000 })).toBe(good.qr);
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.screenshot({ path: path.join(localDirectory, 'screenshots', 'receipt-code-390.png') });
  await page.keyboard.press('Escape');
  await page.locator('dialog svg.qr').waitFor({ state: 'hidden' });
});

it('a revoked receipt is told as soon as the list is made, and then also without a network', async () => {
  await open();
  await byHand(bad.qr);
  await verdict('genuine');
  await database.db.transaction((tx) => revokeReceipts(tx, [bad.reference], 'refunded', new Date()));
  const listed = async (): Promise<boolean> =>
    (parseRevocationList(SignedText.parse(await read('/api/verify/revocations')).text)?.entries.size ?? 0) > 0;
  await until(listed, { what: 'the list', timeoutMs: 30_000 });
  await byHand(bad.qr);
  await verdict('revoked');
  await announced('revoked');
  await context.clearCookies();
  // The browser may hold the answer for a minute; another reader gets the new one at once.
  const other = await (await openContext(browser, PHONE)).newPage();
  await open(other);
  await other.context().setOffline(true);
  const before = page;
  page = other;
  await byHand(bad.qr);
  await verdict('revoked');
  await byHand(good.qr);
  await verdict('genuine');
  await picture(page, 'verify-revoked-390');
  page = before;
  await other.context().close();
});

import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ReceiptScan } from '#shared/contracts/anomalies.ts';
import { createScanReports, type KeptReports } from './scan-reports.svelte.ts';

const REFERENCE = 'ABCDEFGH23456789JKLM';
function device(stored: KeptReports | null = null) {
  const sent: ReceiptScan[] = [];
  const state = { online: true, now: Date.parse('2026-03-02T08:00:00Z'), stored };
  const reports = createScanReports({
    store: { read: () => Promise.resolve(state.stored), write: (kept) => Promise.resolve(void (state.stored = kept)) },
    post: (scans) => (state.online ? Promise.resolve(void sent.push(...scans)) : Promise.reject(new Error('no network'))),
    now: () => new Date(state.now),
    newId: randomUUID,
  });
  return { reports, sent, state };
}

it('tells nothing until the inspector gives a region, and nothing more when they take it back', async () => {
  const { reports, sent, state } = device();
  await reports.load();
  await reports.note(REFERENCE);
  expect([sent, reports.waiting]).toEqual([[], 0]);
  await reports.choose('MG-T');
  await reports.note(REFERENCE);
  expect(sent).toMatchObject([{ reference: REFERENCE, place: 'MG-T', scannedAt: '2026-03-02T08:00:00.000Z' }]);
  state.online = false;
  state.now += 120_000;
  await reports.note(REFERENCE);
  expect(reports.waiting).toBe(1);
  await reports.choose(null);
  expect([reports.waiting, state.stored]).toEqual([0, { place: null, waiting: [] }]);
});

it('keeps without a network what it sends later, with the time of then, once', async () => {
  const first = device();
  await first.reports.choose('MG-T');
  first.state.online = false;
  for (let index = 0; index < 70; index += 1) {
    await first.reports.note(`${String(index).padStart(2, '0')}CDEFGH23456789JKLM`);
  }
  // Held before the camera for long.
  await first.reports.note('69CDEFGH23456789JKLM');
  expect(first.reports.waiting).toBe(70);
  // The page is opened again, with a network.
  const second = device(first.state.stored);
  await second.reports.load();
  second.state.now += 3_600_000;
  await Promise.all([second.reports.send(), second.reports.send()]);
  expect(second.sent).toHaveLength(70);
  expect(new Set(second.sent.map(({ id }) => id)).size).toBe(70);
  expect(second.sent.every(({ scannedAt }) => scannedAt === '2026-03-02T08:00:00.000Z')).toBe(true);
  expect(second.reports.waiting).toBe(0);
});

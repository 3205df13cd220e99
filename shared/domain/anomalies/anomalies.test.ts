import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COUNTRY_CODES } from '../countries/countries.ts';
import { daysFrom } from '../tickets/slots.ts';
import { paidTwice, type PaidVehicle } from './paid-twice.ts';
import { kilometres, placeOf, PLACES } from './places.ts';
import { outOfLine, type AgentFigures } from './reversals.ts';
import { FASTEST_KMH, farApart, firstFarApart, type Scan } from './scans.ts';
import { isOpenThroughout, lastHour, silentHour } from './silent-hours.ts';

const MINUTE = 60_000;

describe('one receipt at two places', () => {
  const scan = (id: string, place: string, minutes: number): Scan => ({ id, place, at: minutes * MINUTE });

  it('is told of when no car could have been at both', () => {
    // Antananarivo and Toamasina: some 220 km.
    const far = farApart(scan('a', 'MG-T', 0), scan('b', 'MG-ATS', 20));
    expect(far?.km).toBeGreaterThan(200);
    expect(far?.km).toBeLessThan(240);
    expect(far?.minutes).toBe(20);
    expect(farApart(scan('a', 'MG-T', 0), scan('b', 'MG-ATS', 120))).toBeNull();
    expect(farApart(scan('a', 'MG-T', 0), scan('b', 'MG-T', 1))).toBeNull();
    // Neighbours may meet at a road.
    expect(farApart(scan('a', 'BJ-LI', 0), scan('b', 'BJ-OU', 1))).toBeNull();
    expect(farApart(scan('a', 'MG-T', 0), scan('b', 'nowhere', 1))).toBeNull();
  });

  it('is found among others, whichever came first to us', () => {
    const scans = [scan('c', 'MG-ATS', 500), scan('b', 'MG-T', 490), scan('a', 'MG-ATS', 0)];
    expect(firstFarApart(scans)).toMatchObject({ first: { id: 'b' }, second: { id: 'c' }, minutes: 10 });
    expect(firstFarApart(scans.slice(0, 1))).toBeNull();
  });

  it('never says so of whom a car could have brought, and does not care in which order they are given', () => {
    const places = Object.values(PLACES)
      .flat()
      .map(({ code }) => code);
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.constantFrom(...places),
        fc.integer({ min: 0, max: 3_000 }),
        (one, other, minutes) => {
          const [a, b] = [scan('a', one, 0), scan('b', other, minutes)];
          expect(farApart(a, b)).toEqual(farApart(b, a));
          const [from, to] = [placeOf(one), placeOf(other)];
          if (from && to && kilometres(from, to) <= (minutes / 60) * FASTEST_KMH) expect(farApart(a, b)).toBeNull();
        },
      ),
    );
  });

  it('goes by places that lie in their countries, none at the place of another', () => {
    for (const country of COUNTRY_CODES) {
      expect(new Set(PLACES[country].map(({ latitude, longitude }) => `${latitude} ${longitude}`)).size).toBe(
        PLACES[country].length,
      );
      for (const { code } of PLACES[country]) expect(code.startsWith(`${country}-`)).toBe(true);
    }
  });
});

describe('a vehicle paid twice', () => {
  const VIN = 'VF1BB05CF31234567';
  const paid = (vehicleId: string, more: Partial<PaidVehicle>): PaidVehicle => ({
    ...{ vehicleId, country: 'MG', plate: '1234TAB', vin: null, firstRegistration: null, fiscalYear: 2026 },
    ...{ reference: vehicleId, paymentId: vehicleId, ...more },
  });

  it('is one VIN under two plates, in one year', () => {
    const [one, other] = [paid('a', { vin: VIN }), paid('b', { vin: VIN, country: 'BJ', plate: 'AB1234' })];
    expect(paidTwice([other, one])).toEqual([[one, other]]);
    expect(paidTwice([one, { ...other, fiscalYear: 2025 }])).toEqual([]);
    expect(paidTwice([one, { ...other, vin: 'VF1BB05CF31234568' }])).toEqual([]);
    // What is no VIN tells nothing.
    expect(
      paidTwice([
        { ...one, vin: 'ILLISIBLE' },
        { ...other, vin: 'ILLISIBLE' },
      ]),
    ).toEqual([]);
    expect(paidTwice([one, { ...one, reference: 'again' }])).toEqual([]);
  });

  it('or, without a VIN, one plate in two countries, first registered on one day', () => {
    const [one, other] = [
      paid('a', { firstRegistration: '2019-05-01' }),
      paid('b', { country: 'BJ', firstRegistration: '2019-05-01', vin: VIN }),
    ];
    expect(paidTwice([one, other])).toHaveLength(1);
    expect(paidTwice([one, { ...other, firstRegistration: '2019-05-02' }])).toEqual([]);
    expect(
      paidTwice([
        { ...one, firstRegistration: null },
        { ...other, firstRegistration: null },
      ]),
    ).toEqual([]);
    expect(paidTwice([{ ...one, vin: 'VF1BB05CF31234568' }, other])).toEqual([]);
  });
});

describe('reversals out of line', () => {
  const agents = (...list: [takings: number, reversals: number][]): AgentFigures[] =>
    list.map(([takings, reversals], index) => ({ agentId: String(index), takings, reversals }));

  it('are those far above the peers’ median', () => {
    const found = outOfLine(agents([200, 12], [200, 1], [200, 2], [200, 1], [200, 0]));
    expect(found).toEqual([{ agentId: '0', rate: 60, median: 5, peers: 4 }]);
  });

  it('are none where all are alike, few, new or alone', () => {
    expect(outOfLine(agents([200, 12], [200, 11], [200, 13], [200, 12]))).toEqual([]);
    expect(outOfLine(agents([200, 4], [200, 0], [200, 0], [200, 0]))).toEqual([]);
    expect(outOfLine(agents([19, 9], [200, 0], [200, 0], [200, 0]))).toEqual([]);
    expect(outOfLine(agents([200, 12], [200, 0], [200, 0]))).toEqual([]);
  });

  it('are told whatever the order, never of who reversed less than somebody who is not told of', () => {
    const figures = fc.array(fc.record({ takings: fc.integer({ min: 20, max: 500 }), reversals: fc.nat(60) }), { maxLength: 12 });
    fc.assert(
      fc.property(figures, (list) => {
        const all = list.map((one, index) => ({ ...one, agentId: String(index) }));
        const told = outOfLine(all).map(({ agentId }) => agentId);
        expect(
          outOfLine([...all].reverse())
            .map(({ agentId }) => agentId)
            .sort(),
        ).toEqual([...told].sort());
        const rate = (id: string): number => ((all[Number(id)]?.reversals ?? 0) * 1_000) / (all[Number(id)]?.takings ?? 1);
        for (const id of told) {
          for (const { agentId, reversals } of all)
            if (!told.includes(agentId) && reversals >= 5) expect(rate(agentId)).toBeLessThanOrEqual(rate(id));
        }
      }),
    );
  });
});

describe('a silent hour', () => {
  // Monday to Friday, with a pause at noon.
  const hours = [1, 2, 3, 4, 5].flatMap((weekday) => [
    { weekday, opens: '08:00', closes: '12:00' },
    { weekday, opens: '14:00', closes: '16:30' },
  ]);
  const none = new Set<string>();
  // 2026-03-16 is a Monday.
  const days = daysFrom('2026-03-02', 14);
  const at = { day: '2026-03-16', hour: 9 };
  const busy = new Map(days.map((day) => [day, 3]));

  it('is wholly within the hours of an open day', () => {
    expect(isOpenThroughout(hours, none, at.day, 8)).toBe(true);
    expect(isOpenThroughout(hours, none, at.day, 12)).toBe(false);
    expect(isOpenThroughout(hours, none, at.day, 16)).toBe(false);
    expect(isOpenThroughout(hours, none, '2026-03-15', 9)).toBe(false);
    expect(isOpenThroughout(hours, new Set([at.day]), at.day, 9)).toBe(false);
  });

  it('is told of where people usually pay, and nowhere else', () => {
    expect(silentHour({ hours, closedDays: none }, at, busy, days)).toBe(3);
    expect(silentHour({ hours, closedDays: none }, at, new Map([...busy, [at.day, 1]]), days)).toBeNull();
    expect(silentHour({ hours, closedDays: none }, { ...at, hour: 13 }, busy, days)).toBeNull();
    expect(silentHour({ hours, closedDays: none }, at, new Map(), days)).toBeNull();
    // Half of the days without a payment at that hour: it is not unusual.
    const half = new Map(days.map((day, index) => [day, index % 2]));
    expect(silentHour({ hours, closedDays: none }, at, half, days)).toBeNull();
    // Too young, or closed most of the time.
    expect(silentHour({ hours, closedDays: none }, at, busy, days.slice(-4))).toBeNull();
    expect(silentHour({ hours, closedDays: new Set(days.slice(0, 10)) }, at, busy, days)).toBeNull();
  });

  it('is the last one that is over, in the time of the country', () => {
    const { day, hour, from, to } = lastHour(new Date('2026-03-16T07:05:00Z'), 'Indian/Antananarivo');
    expect([day, hour, from.toISOString(), to.toISOString()]).toEqual([
      ...['2026-03-16', 9, '2026-03-16T06:00:00.000Z', '2026-03-16T07:00:00.000Z'],
    ]);
    expect(lastHour(new Date('2026-03-15T21:30:00Z'), 'Indian/Antananarivo')).toMatchObject({ day: '2026-03-15', hour: 23 });
  });
});

import type { Collected, DashboardView, Section } from '#shared/contracts/dashboards.ts';
import { SECTIONS } from '#shared/contracts/dashboards.ts';
import { officeRow } from '#shared/domain/dashboard/office-rows.ts';
import { addDays } from '#shared/domain/dates.ts';

const CITIES = [
  ...['Antananarivo', 'Toamasina', 'Antsirabe', 'Mahajanga', 'Fianarantsoa', 'Toliara', 'Antsiranana', 'Ambovombe'],
  ...['Manakara', 'Morondava', 'Nosy Be', 'Sambava', 'Ambatondrazaka', 'Maroantsetra', 'Tsiroanomandidy', 'Farafangana'],
];
/** As many as a whole country has. */
const OFFICES = 100;
const none = (): Collected => ({ amount: 0, count: 0, reversedAmount: 0, reversedCount: 0 });
const idOf = (index: number): string => `7c9d1c2e-0000-4000-8000-${String(index).padStart(12, '0')}`;

/** Invented figures of a day that goes on: each step is one payment of a taxpayer more, and a quarter of a second. */
export interface FedDay {
  view(): DashboardView;
  step(): DashboardView;
}

/** Numbers that are the same each time (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function createFedDay(today: string, start: Date): FedDay {
  const random = numbers(528);
  const [hour, minute] = [(start.getUTCHours() + 3) % 24, 60_000];
  const offices = Array.from({ length: OFFICES }, (_, index) => {
    const [city = '', round] = [CITIES[index % CITIES.length], Math.floor(index / CITIES.length)];
    return {
      ...{ id: idOf(index), name: `Centre fiscal de ${city}${round > 0 ? ` ${round + 1}` : ''}` },
      ...{ day: taken(Math.ceil(160 / (index + 4))), month: taken(3_600 - index * 35), year: taken(36_000 - index * 350) },
      hall: { waiting: index % 5, p90Wait: 700 + index * 12, agents: 4 - (index % 4) },
    };
  });
  function taken(count: number): Collected {
    return { count, amount: count * 62_500, reversedCount: count > 500 ? 3 : 0, reversedAmount: count > 500 ? 187_500 : 0 };
  }
  const hours = Array.from({ length: hour + 1 }, (_, of) => ({
    hour: of,
    ...taken(of < 6 ? 8 : Math.round(480 - Math.abs(11 - of) * 46)),
  }));
  const days = Array.from({ length: 30 }, (_, index) => ({
    day: addDays(today, index - 29),
    ...taken(Math.round(3_600 + 900 * Math.sin(index / 2.2)) - (index % 7 === 0 ? 1_700 : 0)),
  }));
  let at = start.getTime();
  let minutes = Array.from({ length: 60 }, (_, index) => Math.round(7 + 3 * Math.sin(index / 5) + random() * 3));
  let current = 0;
  const sum = (list: readonly Collected[]): Collected =>
    list.reduce(
      (all, one) => ({
        count: all.count + one.count,
        amount: all.amount + one.amount,
        reversedAmount: all.reversedAmount + one.reversedAmount,
        reversedCount: all.reversedCount + one.reversedCount,
      }),
      none(),
    );
  const total = sum(hours);
  const [month, year] = [taken(74_300), taken(1_928_400)];
  const channels = (['mvola', 'cash', 'mtn_momo', 'stripe'] as const).map((channel, index) => {
    const share = [0.46, 0.31, 0.17, 0.06][index] ?? 0;
    const part = (of: Collected): Collected => taken(Math.round(of.count * share));
    return { channel, day: part(total), month: part(month), year: part(year) };
  });

  function add(amount: number): void {
    const office = offices[Math.floor(random() * offices.length)];
    const channel = channels[Math.floor(random() * channels.length)];
    for (const one of [
      hours.at(-1),
      days.at(-1),
      total,
      month,
      year,
      office?.day,
      office?.month,
      office?.year,
      channel?.day,
      channel?.month,
      channel?.year,
    ]) {
      if (!one) continue;
      one.count += 1;
      one.amount += amount;
    }
    current += 1;
    if (office) office.hall = { ...office.hall, waiting: Math.floor(random() * 9) };
  }
  const view = (): DashboardView => {
    const asOf = new Date(at).toISOString();
    const waiting = offices.reduce((all, { hall }) => all + hall.waiting, 0);
    return {
      ...{ scope: 'national', name: null, currency: 'MGA', timeZone: 'Indian/Antananarivo', today, asOf },
      sections: Object.fromEntries(SECTIONS.map((name) => [name, asOf])) as Record<Section, string>,
      periods: {
        day: {
          from: today,
          collected: { ...total },
          target: { amount: 310_000_000, demo: true },
          lastYear: { ...total, amount: 201_500_000 },
        },
        month: {
          from: `${today.slice(0, 8)}01`,
          collected: { ...month },
          target: { amount: 7_500_000_000, demo: true },
          lastYear: { ...month, amount: 4_980_000_000 },
        },
        year: {
          from: `${today.slice(0, 5)}01-01`,
          collected: { ...year },
          target: { amount: 120_000_000_000, demo: true },
          lastYear: null,
        },
      },
      offices: offices.map(officeRow),
      channels: channels.map((one) => ({ ...one, day: { ...one.day }, month: { ...one.month }, year: { ...one.year } })),
      hours: hours.map(({ amount }) => amount),
      days: days.map(({ day, amount }) => ({ day, amount })),
      minutes: { from: new Date(Math.floor(at / minute) * minute - 60 * minute).toISOString(), counts: [...minutes] },
      regions: [
        { id: 'analamanga', name: 'Analamanga' },
        { id: 'atsinanana', name: 'Atsinanana' },
      ],
      intents: { open: { count: 23, amount: 1_450_000 }, uncertain: { count: 2, amount: 125_000 } },
      refunds: {
        awaiting: { count: 3, amount: 187_500 },
        underWay: { count: 1, amount: 62_500 },
        paid: { count: 2, amount: 125_000 },
      },
      hall: { waiting, served: 512, averageWait: 421, p90Wait: 1_140, agents: 38, paused: 5 },
      documents: { queue: 4, read: 1_284, successPercent: 93.4, doubtful: 17, averageMs: 2_310 },
      people: { people: 1_203, connections: 1_377, nodes: 2 },
      vehicles: { added: 318 },
      providers: (['mvola', 'mtn_momo', 'stripe'] as const).map((provider, index) => ({
        ...{ provider, status: index === 1 ? ('slow' as const) : ('working' as const), since: asOf, lastPaidAt: asOf },
        ...{ paid: { percent: 97 - index * 6, of: 240 }, confirmation: { seconds: 14 + index * 9, of: 200 } },
      })),
    };
  };
  return {
    view,
    step() {
      at += 250;
      add(25_000 + Math.floor(random() * 12) * 12_500);
      if (at % minute < 250) {
        minutes = [...minutes.slice(1), current];
        current = 0;
      }
      return view();
    },
  };
}

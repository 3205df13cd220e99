import type { CashCount } from '#shared/contracts/tills.ts';
import { amountOf, denominationsOf, inCash, usualGiven } from '#shared/domain/tills/cash.ts';
import { row, type TableRows } from '../copy.ts';
import { instantText, type DrawnCountry } from '../country.ts';

/** Each agent's drawer of each day, and what was put on the counter. */
export const tillTables = (drawn: DrawnCountry): TableRows[] => [
  {
    table: 'till_sessions',
    columns: [
      ...['id', 'office_id', 'agent_id', 'counter', 'currency', 'state', 'version', 'idempotency_key', 'opened_at', '"float"'],
      ...[
        'float_amount',
        'count',
        'counted_amount',
        'expected_amount',
        'variance',
        'reason',
        'closed_at',
        'noted_by',
        'noted_at',
      ],
    ],
    rows: sessions(drawn),
    frozen: true,
  },
  {
    table: 'cash_takings',
    columns: ['intent_id', 'till_id', 'agent_id', 'office_id', 'idempotency_key', 'given', 'taken_at'],
    rows: takings(drawn),
    frozen: true,
  },
];

export interface CountedTill {
  number: number;
  office: number;
  agent: number;
  float: number;
  counted: number;
  expected: number;
  count: CashCount;
  openedAt: string;
  closedAt: string;
}

/** One till in thirty is not right at the end of the day. */
const WRONG = 30;

/** Every till as it was counted. The same each time it is asked. */
export function* countTills({ takings: { tills }, country, days }: DrawnCountry): Generator<CountedTill> {
  const float = amountOf(floatOf({ country }));
  const coin = denominationsOf(country).at(-1) ?? 1;
  for (const [number, { office, agent, day, taken }] of tills.entries()) {
    const expected = float + taken;
    const wrong = number % WRONG === 7 ? (number % 4 === 3 ? 5 : -5) * coin * (1 + (number % 3)) : 0;
    const { count, rest } = inCash(expected + wrong, country);
    const [openedAt, closedAt] = [instantText(days.at(day, 7.75 * 3600)), instantText(days.at(day, 17.5 * 3600))];
    yield { number, office, agent, float, counted: expected + wrong - rest, expected, count, openedAt, closedAt };
  }
}

/** Ten of each of the four smallest notes. */
const floatOf = ({ country }: Pick<DrawnCountry, 'country'>): CashCount =>
  country.cash.notes.slice(-4).map((value) => ({ value, count: 10 }));

function* sessions(drawn: DrawnCountry): Generator<string> {
  const { ids, offices, agents, supervisors, country } = drawn;
  const float = JSON.stringify(floatOf(drawn));
  for (const till of countTills(drawn)) {
    const { number, office, agent, counted, expected, openedAt, closedAt } = till;
    const variance = counted - expected;
    const noted = variance === 0 ? null : (supervisors[office % supervisors.length] ?? null);
    yield row(
      ...[ids.till(number), offices[office]?.id ?? '', agents[agent] ?? '', null, country.currency.code, 'closed', 2],
      ...[ids.tillKey(number), openedAt, float, till.float, JSON.stringify(till.count), counted, expected, variance],
      ...[variance === 0 ? '' : 'Erreur de rendu de monnaie', closedAt, noted, noted && closedAt],
    );
  }
}

function* takings({ takings: { intents, tills }, ids, offices, agents, country }: DrawnCountry): Generator<string> {
  for (const [number, { way, amount, at, till }] of intents.entries()) {
    if (way !== 'cash') continue;
    const { office = 0, agent = 0 } = tills[till] ?? {};
    const sums = usualGiven(amount, country);
    const given = sums[number % sums.length] ?? amount;
    yield row(
      ...[ids.intent(number), ids.till(till), agents[agent] ?? '', offices[office]?.id ?? '', ids.key(number), given],
      instantText(at),
    );
  }
}

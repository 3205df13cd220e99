import { MAX_ITEMS, type PaymentWay } from '#shared/contracts/payments.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import type { Days } from './days.ts';
import type { Price, Prices } from './prices.ts';
import { createRandom, weighted, type Random } from './random.ts';
import type { Register, RegisterOwner } from './register.ts';

/** A tax that was paid, or was to be. */
export interface SeedItem {
  vehicle: number;
  fiscalYear: number;
  price: Price;
}

/** An order, in the order of time. */
export interface SeedIntent {
  owner: number;
  way: PaymentWay;
  /** Of an account, at home or at the counter; false: somebody at a counter who said nothing. */
  byAccount: boolean;
  /** When the money came, or was known not to; seconds since 1970, and the day in the country. */
  at: number;
  day: number;
  items: readonly SeedItem[];
  amount: number;
  /** The operator said no: nothing was paid. */
  failed: boolean;
  /** Paid back since then. */
  reversed: boolean;
  /** Of cash: the till, by its number. */
  till: number;
}

/** A drawer of an agent on a day, opened and closed. */
export interface SeedTill {
  /** Numbers of the office and, among all agents, of the agent. */
  office: number;
  agent: number;
  day: number;
  /** What was taken. */
  taken: number;
}

export interface Takings {
  intents: SeedIntent[];
  tills: SeedTill[];
}

export interface TakingsOrder {
  register: Register;
  country: Country;
  prices: Prices;
  days: Days;
  seed: number;
  /** The first fiscal year; they are paid for up to the running one. */
  firstYear: number;
  lastYear: number;
  /** Agents of each office. */
  agents: readonly (readonly number[])[];
}

/** Pays at all in a year; on time, who does; the running year is not over. */
const PAYS = { company: 0.995, person: 0.965, running: 0.91 };
const ON_TIME = 0.72;
/** Those with an account pay from home, more of them each year. */
const AT_HOME = { first: 0.45, more: 0.07, most: 0.85 };
const FAILS = 0.04;
const REVERSED = 0.0012;
/** A reversal takes so many days at most. */
export const REVERSED_WITHIN_DAYS = 20;

/** Who paid what when, year after year. The same for the same order. */
export function drawTakings(order: TakingsOrder): Takings {
  const { register, days, prices, firstYear, lastYear } = order;
  const random = createRandom(order.seed, 2);
  const providerOf = weighted(order.country.providers.map((provider, index) => [index === 0 ? 88 : 12, provider] as const));
  const drawn: SeedIntent[] = [];

  for (let fiscalYear = firstYear; fiscalYear <= lastYear; fiscalYear += 1) {
    const pays = fiscalYear === lastYear ? PAYS.running : PAYS.person;
    register.owners.forEach((owner, number) => {
      if (!random.chance(owner.company ? PAYS.company : pays)) return;
      for (const vehicles of basketsOf(random, register, owner, fiscalYear)) pay(number, owner, vehicles, fiscalYear);
    });
  }
  drawn.sort((a, b) => a.at - b.at);
  return { intents: drawn, tills: openTills(random, drawn, order.agents) };

  function pay(number: number, owner: RegisterOwner, vehicles: readonly number[], fiscalYear: number): void {
    const online =
      owner.account && random.chance(Math.min(AT_HOME.most, AT_HOME.first + AT_HOME.more * (fiscalYear - firstYear)));
    const [first] = vehicles;
    const vehicle = register.vehicles[first ?? 0];
    if (!vehicle) return;
    const day = dayOfPayment(random, order, { vehicle, fiscalYear, online });
    if (day > days.last) return;
    const at = days.at(day, online ? days.secondAtHome(random) : days.secondAtOffice(random, day));
    const [on, channel] = [days.iso(day), online ? 'online' : 'office'] as const;
    const items = vehicles.flatMap((one): SeedItem[] => {
      const taxed = register.vehicles[one];
      const price = taxed && prices.of({ vehicle: taxed, fiscalYear, on, channel });
      return price ? [{ vehicle: one, fiscalYear, price }] : [];
    });
    if (items.length === 0) return;
    const amount = items.reduce((sum, { price }) => sum + price.amount, 0);
    const way = online ? providerOf(random) : 'cash';
    const byAccount = owner.account && (online || random.chance(0.3));
    const intent: SeedIntent = {
      owner: number,
      way,
      byAccount,
      at,
      day,
      items,
      amount,
      failed: false,
      reversed: false,
      till: -1,
    };
    if (online && random.chance(FAILS)) drawn.push({ ...intent, at: at - 120 - random.below(600), failed: true });
    drawn.push({ ...intent, reversed: online && day + REVERSED_WITHIN_DAYS <= days.last && random.chance(REVERSED) });
  }
}

/** What an owner pays together: what was theirs before the year, mostly at once; each vehicle that is new in it alone. */
function* basketsOf(random: Random, register: Register, owner: RegisterOwner, fiscalYear: number): Generator<number[]> {
  let basket: number[] = [];
  const apart = !owner.company && random.chance(0.3);
  for (const number of owner.vehicles) {
    const registered = register.vehicles[number]?.firstRegistration ?? '';
    if (registered > `${fiscalYear}-12-31`) break;
    if (registered >= `${fiscalYear}-01-01` || apart) yield [number];
    else if (basket.push(number) === MAX_ITEMS) {
      yield basket;
      basket = [];
    }
  }
  if (basket.length > 0) yield basket;
}

/** Crowded before the due date, thin long after it; an office has its weekdays. */
function dayOfPayment(
  random: Random,
  { days, prices }: Pick<TakingsOrder, 'days' | 'prices'>,
  { vehicle, fiscalYear, online }: { vehicle: Register['vehicles'][number]; fiscalYear: number; online: boolean },
): number {
  const opens = days.numberOf(
    vehicle.firstRegistration > `${fiscalYear}-01-01` ? vehicle.firstRegistration : `${fiscalYear}-01-01`,
  );
  const due = days.numberOf(prices.dueDate(vehicle, fiscalYear));
  const wait = -Math.log(1 - random.next());
  const day = random.chance(ON_TIME) ? Math.max(opens, due - Math.floor(wait * 8)) : due + 1 + Math.floor(wait * 55);
  return online ? day : days.officeDay(day);
}

/** The tills that the cash went into: of the office of its owner, and one of its agents of that day. */
function openTills(random: Random, intents: readonly SeedIntent[], agents: TakingsOrder['agents']): SeedTill[] {
  const tills: SeedTill[] = [];
  let [today, open] = [-1, new Map<number, number>()];
  for (const intent of intents) {
    if (intent.way !== 'cash') continue;
    if (intent.day !== today) [today, open] = [intent.day, new Map<number, number>()];
    // The first offices are the large towns'.
    const office = Math.floor(agents.length * random.next() * random.next());
    const of = agents[office] ?? [];
    const agent = of[random.below(of.length)] ?? 0;
    const number = open.get(agent) ?? tills.push({ office, agent, day: today, taken: 0 }) - 1;
    open.set(agent, number);
    intent.till = number;
    const till = tills[number];
    if (till) till.taken += intent.amount;
  }
  return tills;
}

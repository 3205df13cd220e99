import type { PriceGrid } from '#shared/contracts/tax-rules.ts';
import { ledgerLinesOf, type Account } from '#shared/domain/payments/posting.ts';
import { assess } from '#shared/domain/tax/assess.ts';
import { dueDateOf, furtherMonths } from '#shared/domain/tax/calendar.ts';
import type { RegisterVehicle } from './register.ts';

/** What a tax cost on a day, and where it went. */
export interface Price {
  /** Of the lines, as JSON. */
  lines: string;
  amount: number;
  /** The accounts of revenue that it is in. */
  credits: readonly { account: Account; amount: number }[];
}

export interface PriceQuestion {
  vehicle: RegisterVehicle;
  fiscalYear: number;
  /** Day of the payment. */
  on: string;
  channel: 'online' | 'office';
}

export interface Prices {
  /** Null: nothing is owed (exempt), or nobody can say. */
  of(question: PriceQuestion): Price | null;
  dueDate(vehicle: RegisterVehicle, fiscalYear: number): string;
  distinct(): number;
}

/** Prices by the real rule; vehicles that are alike to it share one, of which there are some tens of thousands and not millions. */
export function createPrices(grid: PriceGrid): Prices {
  const known = new Map<string, Price | null>();
  const { rules } = grid;

  function priceOf({ vehicle, fiscalYear, on, channel }: PriceQuestion): Price | null {
    const { model, fuel, fiscalPower, firstRegistration } = vehicle;
    const { category, seats, maxMass } = model;
    const taxed = { category, fuel, fiscalPower, firstRegistration, seats, maxMass };
    const { lines, total } = assess({ vehicle: taxed, fiscalYear, on, grid, channel });
    if (total === null || total === 0) return null;
    const item = { id: '', fiscalYear, amount: total, lines };
    const posting = ledgerLinesOf({ kind: 'taxes', holder: 'provider:stripe', amount: total, items: [item] });
    const credits = posting.flatMap(({ account, credit }) => (credit > 0 ? [{ account, amount: credit }] : []));
    return { lines: JSON.stringify(lines), amount: total, credits };
  }

  return {
    of(question) {
      const { vehicle, fiscalYear, on, channel } = question;
      const { firstRegistration, fuel, fiscalPower, model } = vehicle;
      const due = dueDateOf(rules, fiscalYear, firstRegistration);
      const late = on > due ? furtherMonths(due, on) : -1;
      // The day of registration decides the due date of a new vehicle; of an older one its year and whether it has had its birthday on 1 January.
      const registered =
        firstRegistration >= `${fiscalYear}-01-01`
          ? firstRegistration
          : firstRegistration.slice(0, 4) + firstRegistration.endsWith('-01-01');
      const key = `${fiscalYear}${channel}${registered}${fuel}${fiscalPower} ${late} ${model.category}${model.seats} ${model.maxMass}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const price = priceOf(question);
      known.set(key, price);
      return price;
    },
    dueDate: ({ firstRegistration }, fiscalYear) => dueDateOf(rules, fiscalYear, firstRegistration),
    distinct: () => known.size,
  };
}

import type { ProviderCode } from '#shared/contracts/payments.ts';
import type { LineFault } from '#shared/contracts/reconciliation.ts';
import type { StatementLine } from '#shared/domain/payments/reconcile.ts';
import { minorDigitsOf } from '#shared/domain/currencies.ts';
import { parseAmount } from './statement-amount.ts';

/** A line that was understood. `handle`: the provider's id of the order, where it goes by that. */
export interface ReadMovement extends Omit<StatementLine, 'number'> {
  handle: string;
}

/** How a provider writes its statements: one an adapter. */
export interface StatementFormat<Column extends string = string> {
  provider: ProviderCode;
  /** By which calendar its days go. */
  calendar: 'country' | 'utc';
  /** What each column is called, in any of the ways that it was seen: small letters and digits only. */
  columns: Readonly<Record<Column, readonly string[]>>;
  /** Without these it is not a statement of this provider. */
  needed: readonly Column[];
  /** Never throws. Absent columns are ''. */
  read(cell: (column: Column) => string): ReadMovement | LineFault;
}

/** A column's name without what spreadsheets and languages change in it. */
export const plainName = (name: string): string =>
  name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');

/** Where each column of a format is in a header; null when a needed one is not there. */
export function placesOf<Column extends string>(
  format: StatementFormat<Column>,
  header: readonly string[],
): ReadonlyMap<Column, number> | null {
  const names = header.map(plainName);
  const places = new Map<Column, number>();
  for (const [column, known] of Object.entries<readonly string[]>(format.columns)) {
    const place = names.findIndex((name) => known.includes(name));
    if (place >= 0) places.set(column as Column, place);
  }
  return format.needed.every((column) => places.has(column)) ? places : null;
}

/** Ids and numbers as providers write them. */
export const REFERENCE = /^[\w.:-]{1,120}$/;

const TIME = String.raw`(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?`;
const FORMS = [new RegExp(`^(\\d{4})-(\\d{2})-(\\d{2})${TIME}$`), new RegExp(`^(\\d{2})[/.-](\\d{2})[/.-](\\d{4})${TIME}$`)];

/** Whether a text is a day, or an instant of one: year first or day first. */
export function isDate(text: string): boolean {
  for (const [index, form] of FORMS.entries()) {
    const [, first = '', month = '', last = '', hour = '0', minute = '0', second = '0'] = form.exec(text.trim()) ?? [];
    if (month === '') continue;
    const [year, day] = index === 0 ? [first, last] : [last, first];
    const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
    return date.getUTCMonth() === Number(month) - 1 && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 61;
  }
  return false;
}

/** The money of a line, or what is wrong with it. */
export function readMoney(texts: {
  amount: string;
  currency: string;
  fee: string;
}): { amount: number; currency: string; fee: number } | LineFault {
  const currency = texts.currency.trim().toUpperCase();
  const digits = minorDigitsOf(currency);
  if (digits === null) return 'currency';
  const amount = parseAmount(texts.amount, digits);
  const fee = texts.fee.trim() === '' ? 0 : parseAmount(texts.fee, digits);
  // What did not move, and what moved nothing, is no movement.
  return amount === null || fee === null || amount === 0 ? 'amount' : { amount, currency, fee };
}

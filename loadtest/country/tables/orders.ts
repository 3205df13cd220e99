import { acceptWithinMs } from '#shared/domain/payments/order.ts';
import { isMobileMoney } from '#shared/contracts/payments.ts';
import type { CountryCode } from '#shared/domain/countries/countries.ts';
import { row, escaped, type TableRows } from '../copy.ts';
import { assessmentNumber, instantText, type DrawnCountry } from '../country.ts';
import { phoneOf } from '../names.ts';

/** What was ordered: intents with their items, what they hold, and that their money was booked. */
export const orderTables = (drawn: DrawnCountry): TableRows[] => [
  {
    table: 'assessments',
    columns: ['id', 'vehicle_id', 'fiscal_year', 'paid_at', 'created_at'],
    rows: assessments(drawn),
    frozen: true,
  },
  {
    table: 'payment_intents',
    columns: [
      ...['id', 'payer_id', 'till_id', 'idempotency_key', 'order_digest', 'provider', 'phone', 'state', 'version', 'amount'],
      ...['currency', 'failure', 'expires_at', 'settled_at', 'created_at', 'updated_at'],
    ],
    rows: intents(drawn),
    frozen: true,
  },
  {
    table: 'payment_items',
    columns: [
      ...['id', 'intent_id', 'assessment_id', 'vehicle_id', 'plate', 'country', 'fiscal_year', 'grid_version', 'lines', 'amount'],
    ],
    rows: items(drawn),
    frozen: true,
  },
  {
    table: 'assessment_claims',
    columns: ['assessment_id', 'intent_id', 'claimed_at'],
    rows: claims(drawn),
    frozen: true,
  },
  {
    table: 'settlements',
    columns: ['intent_id', 'kind', 'amount', 'currency', 'settled_at'],
    rows: settlements(drawn),
    frozen: true,
  },
  { table: 'provider_refs', columns: ['provider', 'reference', 'intent_id'], rows: references(drawn), frozen: true },
];

/** The taxes that somebody wanted to pay; those that were paid back are owed again. */
function* assessments({ takings, ids }: DrawnCountry): Generator<string> {
  for (const { items: own, at, failed, reversed } of takings.intents) {
    if (failed) continue;
    const when = instantText(at);
    for (const { vehicle, fiscalYear } of own) {
      const id = ids.assessment(assessmentNumber(vehicle, fiscalYear));
      yield row(id, ids.vehicle(vehicle), fiscalYear, reversed ? null : when, when);
    }
  }
}

function* intents({ takings, ids, country }: DrawnCountry): Generator<string> {
  const currency = country.currency.code;
  for (const [number, { owner, way, byAccount, at, amount, failed, till }] of takings.intents.entries()) {
    const cash = way === 'cash';
    // How long the payer took to accept: the same for the same order.
    const ordered = cash ? at : at - 20 - (number % 160);
    const expires = cash ? at : ordered + acceptWithinMs(way) / 1000;
    const phone = isMobileMoney(way) ? phoneOf(country.code as CountryCode, owner) : null;
    const when = instantText(at);
    yield row(
      ...[ids.intent(number), byAccount ? ids.user(owner) : null, cash ? ids.till(till) : null, ids.key(number), 'seed', way],
      ...[
        phone,
        failed ? 'failed' : 'receipted',
        cash ? 2 : 4,
        amount,
        currency,
        failed ? (phone ? 'payer_declined' : 'refused') : null,
      ],
      ...[instantText(expires), failed ? null : when, instantText(ordered), when],
    );
  }
}

function* items({ takings, register, ids, country, gridVersion }: DrawnCountry): Generator<string> {
  let item = 0;
  for (const [number, { items: own }] of takings.intents.entries()) {
    const intent = ids.intent(number);
    for (const { vehicle, fiscalYear, price } of own) {
      const assessment = ids.assessment(assessmentNumber(vehicle, fiscalYear));
      const plate = register.vehicles[vehicle]?.plate ?? '';
      yield row(
        ...[ids.item(item), intent, assessment, ids.vehicle(vehicle), plate, country.code, fiscalYear, gridVersion],
        ...[escaped(price.lines), price.amount],
      );
      item += 1;
    }
  }
}

function* claims({ takings, ids }: DrawnCountry): Generator<string> {
  for (const [number, { items: own, at, failed, reversed }] of takings.intents.entries()) {
    if (failed || reversed) continue;
    const [intent, when] = [ids.intent(number), instantText(at)];
    for (const { vehicle, fiscalYear } of own) yield row(ids.assessment(assessmentNumber(vehicle, fiscalYear)), intent, when);
  }
}

function* settlements({ takings, ids, country }: DrawnCountry): Generator<string> {
  for (const [number, { amount, at, failed }] of takings.intents.entries()) {
    if (!failed) yield row(ids.intent(number), 'taxes', amount, country.currency.code, instantText(at));
  }
}

function* references({ takings, ids }: DrawnCountry): Generator<string> {
  for (const [number, { way, failed }] of takings.intents.entries()) {
    if (failed) continue;
    const id = ids.intent(number);
    yield row(way, way === 'cash' ? id : way === 'stripe' ? `pi_${id.replaceAll('-', '')}` : 1_000_000_000 + number, id);
  }
}

import type { CountryCode } from '#shared/domain/countries/countries.ts';
import { escaped, row, type TableRows } from '../copy.ts';
import type { DrawnCountry } from '../country.ts';
import { emailOf, phoneOf } from '../names.ts';

/** Accounts, owners, vehicles. The demo's stand beside them: nothing here is frozen. */
export const peopleTables = (drawn: DrawnCountry): TableRows[] => [
  {
    table: 'users',
    columns: ['id', 'name', 'email', 'email_verified', 'phone', 'phone_verified', 'role', 'locale', 'created_at', 'updated_at'],
    rows: users(drawn),
    frozen: false,
  },
  {
    table: 'accounts',
    columns: ['id', 'user_id', 'account_id', 'provider_id', 'password'],
    rows: accounts(drawn),
    frozen: false,
  },
  { table: 'owners', columns: ['id', 'user_id', 'name'], rows: owners(drawn), frozen: false },
  {
    table: 'vehicles',
    columns: [
      ...['id', 'country', 'plate', 'owner_id', 'owned_since', 'holder_name', 'vin', 'first_registration', 'make', 'model'],
      ...['fuel', 'fiscal_power', 'category', 'seats', 'max_mass', 'created_at', 'updated_at'],
    ],
    rows: vehicles(drawn),
    frozen: false,
  },
];

function* users({ register, ids, country, days }: DrawnCountry): Generator<string> {
  const since = days.iso(0);
  for (const [number, { name, account }] of register.owners.entries()) {
    if (!account) continue;
    const phone = phoneOf(country.code as CountryCode, number);
    // One in six says English.
    const locale = number % 6 === 0 ? 'en' : 'fr';
    yield row(ids.user(number), escaped(name), emailOf(name, number), true, phone, true, 'citizen', locale, since, since);
  }
}

function* accounts({ register, ids, passwordHash }: DrawnCountry): Generator<string> {
  for (const [number, { account }] of register.owners.entries()) {
    if (account) yield row(ids.account(number), ids.user(number), ids.user(number), 'credential', passwordHash);
  }
}

function* owners({ register, ids }: DrawnCountry): Generator<string> {
  for (const [number, { name, account }] of register.owners.entries()) {
    yield row(ids.owner(number), account ? ids.user(number) : null, escaped(name));
  }
}

function* vehicles({ register, ids, country }: DrawnCountry): Generator<string> {
  for (const [number, vehicle] of register.vehicles.entries()) {
    const { model, plate, vin, fuel, fiscalPower, firstRegistration: since, owner } = vehicle;
    const holder = escaped((register.owners[owner]?.name ?? '').toUpperCase());
    yield row(
      ...[ids.vehicle(number), country.code, plate, ids.owner(owner), since, holder, vin, since, model.make, model.model],
      ...[fuel, fiscalPower, model.category, model.seats, model.maxMass, since, since],
    );
  }
}

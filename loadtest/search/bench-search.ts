// How soon the counter's search answers: `npm run bench:search`, with a Postgres given (DATABASE_URL: an administrator's). Seeds a register
// of a country's size in a database of its own, asks as agents do, and drops it.
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { sql } from 'drizzle-orm';
import { createTestDatabase } from '#db/testing/test-database.ts';
import { createSearchService } from '#server/register/search.service.ts';
import type { Actor } from '#shared/domain/policy.ts';
import { seedRegister } from './seed-register.ts';

const VEHICLES = Number(process.env['BENCH_VEHICLES'] ?? 528_000);
/** Searches of each kind, one after the other. */
const EACH = Number(process.env['BENCH_SEARCHES'] ?? 200);

const database = await createTestDatabase(4);
try {
  const { db } = database;
  const began = performance.now();
  await seedRegister(db, VEHICLES);
  const seededSeconds = (performance.now() - began) / 1000;
  const [size] = await db.execute<{ words: string; names: string; vehicles: string; bytes: string }>(sql`select
    (select count(*) from search_words) as words, (select count(distinct holder_name) from vehicles) as names,
    (select count(*) from vehicles) as vehicles, pg_indexes_size('vehicles') + pg_indexes_size('owners') as bytes`);
  // Of all of them, the same each time.
  const rows = [
    ...(await db.execute<{ plate: string; vin: string; holder: string; reference: string; number: number }>(sql`
      select v.plate, v.vin, v.holder_name as holder, r.reference, r.number from receipts r join payment_items i on i.id = r.item_id
      join vehicles v on v.id = i.vehicle_id order by md5(r.reference) limit ${EACH}`)),
  ];
  const search = createSearchService({ db, clock: () => new Date(), timeZone: 'Indian/Antananarivo' });
  const actor: Actor = { userId: randomUUID(), role: 'agent', officeId: randomUUID() };
  const mistype = (text: string, at = text.length >> 1): string =>
    text.slice(0, at) + (text[at] === 'e' || text[at] === 'E' ? 'a' : 'e') + text.slice(at + 1);
  const surname = (holder: string): string => holder.split(' ')[0] ?? '';
  type Sample = (typeof rows)[number];
  const kinds: Record<string, (row: Sample) => string> = {
    plate: ({ plate }) => plate,
    'plate, first three': ({ plate }) => plate.slice(0, 3),
    'plate, one wrong': ({ plate }) => plate.slice(0, 4) + (plate[4] === 'X' ? 'Y' : 'X') + plate.slice(5),
    'plate, two changed places': ({ plate }) => plate.slice(0, 4) + (plate[5] ?? '') + (plate[4] ?? '') + plate.slice(6),
    VIN: ({ vin }) => vin,
    'VIN, last six': ({ vin }) => vin.slice(-6),
    'VIN, one wrong': ({ vin }) => vin.slice(0, 9) + (vin[9] === 'X' ? 'Y' : 'X') + vin.slice(10),
    'receipt number': ({ number }) => `W1-2026-${number}`,
    'receipt reference': ({ reference }) => reference,
    'receipt reference, one wrong': ({ reference }) =>
      reference.slice(0, 9) + (reference[9] === 'X' ? 'Y' : 'X') + reference.slice(10),
    'name, whole': ({ holder }) => holder,
    'name, surname': ({ holder }) => surname(holder),
    'name, first two letters': ({ holder }) => holder.slice(0, 2),
    'name, first four letters': ({ holder }) => holder.slice(0, 4),
    'name, one wrong': ({ holder }) => `${mistype(surname(holder))} ${holder.split(' ')[1] ?? ''}`,
    'surname, one wrong': ({ holder }) => mistype(surname(holder)),
    'surname half typed, one wrong': ({ holder }) => mistype(surname(holder).slice(0, 6), 4),
    'name, blank forgotten': ({ holder }) => holder.split(' ').slice(0, 2).join(''),
    'nobody’s name': ({ vin }) => `zxq${vin.slice(-5).replace(/\d/g, 'w')}`,
    'ticket of the day': ({ number }) => `A${number % 999}`,
  };
  const results = [];
  for (const [kind, typed] of Object.entries(kinds)) {
    for (const row of rows.slice(0, 10)) await search.find(actor, typed(row));
    const took: number[] = [];
    let [found, cut] = [0, 0];
    for (const row of rows) {
      const started = performance.now();
      const answer = await search.find(actor, typed(row));
      took.push(performance.now() - started);
      if (answer.hits.some(({ vehicle }) => vehicle?.plate === row.plate)) found += 1;
      if (answer.incomplete) cut += 1;
    }
    took.sort((a, b) => a - b);
    const at = (share: number): number =>
      Math.round((took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0) * 10) / 10;
    results.push({ kind, searches: took.length, p50Ms: at(0.5), p95Ms: at(0.95), mostMs: at(1), foundIt: found, cutShort: cut });
  }
  const [{ model = 'unknown' } = {}] = cpus();
  const report = {
    at: new Date().toISOString(),
    // What else the machine did: processes that wanted to run, on average of the last quarter of an hour.
    machine: { cores: cpus().length, model, node: process.version, load: Math.round((loadavg()[2] ?? 0) * 10) / 10 },
    register: {
      vehicles: Number(size?.vehicles),
      names: Number(size?.names),
      words: Number(size?.words),
      indexMegabytes: Math.round(Number(size?.bytes) / 1e6),
      seededSeconds: Math.round(seededSeconds),
    },
    results,
  };
  await writeFile(new URL('../results/search.json', import.meta.url), `${JSON.stringify(report, null, 2)}\n`);
  console.log(report.register);
  console.table(results);
} finally {
  await database.drop();
}

import { sql } from 'drizzle-orm';
import type { Db } from '#db/connect.ts';
import { users } from '#db/schema/identity.ts';

// Made of the parts that Malagasy names are made of, so that very many begin and end alike, as they do.
const BEGINNINGS =
  'Rakoto Ra Rabe Rasoa Randria Andria Ravelo Raza Ratsi Rama Raha Rana Rafa Ravo Harin Tian Voahang Lala Mamy Solo';
const MIDDLES =
  ' na ma lala be so ha fi ri vo ndri ana ari ina manga tsara nomen jaona harison malala arivo velo bako soa noro zafy sata lova';
const ENDINGS = ' na a ana y o ina isoa ivo anana atra arisoa';
const FIRST_NAMES =
  'Hery Hanta Koto Lalao Fara Tiana Noro Mamy Solo Bema Vero Jean Marie Paul Rivo Naina Haja Tahina Miora Fidy Soa Lova Rado Zo Aina Feno Tojo Nivo Ony Bodo Élodie Hervé Jean-Pierre Marie-Claire';

const words = (list: string) => sql`${sql.param(list.split(' '))}::text[]`;
/** One of a list, the first ones far oftener than the last: as names are. */
const one = (list: string) => {
  const count = list.split(' ').length;
  return sql`(${words(list)})[1 + floor(${count} * random() * random())::int]`;
};

/** A register of so many vehicles, each with its owner, and a receipt for every fifth. The same each time. */
export async function seedRegister(db: Db, vehicles: number): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`select setseed(0.528), set_config('synchronous_commit', 'off', true)`);
    await tx.execute(sql`create temporary table made on commit drop as
      select n, gen_random_uuid() as owner_id, gen_random_uuid() as vehicle_id, gen_random_uuid() as item_id,
        gen_random_uuid() as assessment_id,
        ${one(BEGINNINGS)} || ${one(MIDDLES)} || ${one(MIDDLES)} || ${one(ENDINGS)} || ' ' || ${one(FIRST_NAMES)} as name
      from generate_series(1, ${vehicles}::int) n`);
    await tx.execute(sql`insert into owners (id, name) select owner_id, name from made`);
    await tx.execute(sql`insert into vehicles (id, country, plate, owner_id, holder_name, vin, make)
      select vehicle_id, 'MG', lpad((n % 10000)::text, 4, '0') || (array['T','F','M','D','A','U'])[1 + n / 10000 % 6]
        || chr(65 + n / 60000 % 26) || chr(65 + n / 1560000 % 26 + n / 10000 * 7 % 26),
        owner_id, upper(name), 'VF1' || upper(substr(md5(n::text), 1, 14)), 'RENAULT' from made on conflict do nothing`);
    const [payer] = await tx.insert(users).values({ name: 'Bench', email: 'bench@vignette.test' }).returning();
    await tx.execute(sql`insert into assessments (id, vehicle_id, fiscal_year)
      select assessment_id, vehicle_id, 2026 from made join vehicles v on v.id = vehicle_id where n % 5 = 0`);
    const intent = await tx.execute<{ id: string }>(sql`insert into payment_intents
      (payer_id, idempotency_key, order_digest, provider, phone, amount, currency, expires_at)
      values (${payer?.id ?? ''}, gen_random_uuid(), 'bench', 'mvola', '+261340000000', 1, 'MGA', now()) returning id`);
    const intentId = [...intent][0]?.id ?? '';
    await tx.execute(sql`insert into payment_items (id, intent_id, assessment_id, vehicle_id, plate, country, fiscal_year, grid_version, lines, amount)
      select item_id, ${intentId}, assessment_id, vehicle_id, v.plate, 'MG', 2026, 1, '[]', 1
      from made join vehicles v on v.id = vehicle_id where n % 5 = 0`);
    await tx.execute(sql`insert into receipts (reference, item_id, intent_id, series, year, number, valid_until, issued_at)
      select translate(upper(substr(md5(n::text || 'r'), 1, 20)), '01', 'XY'), item_id, ${intentId}, 'W1', 2026, n / 5, '2026-12-31', now()
      from made join vehicles v on v.id = vehicle_id where n % 5 = 0`);
  });
  await db.execute(sql`analyze vehicles, owners, search_words, receipts, payment_items`);
}

import { sql, type SQL } from 'drizzle-orm';
import type { SearchFit, VehicleListed } from '#shared/contracts/register.ts';
import { SHORTEST_WITH_TYPO, oneTypo } from '#shared/domain/search/one-typo.ts';
import { parseReceiptNumber, receiptNumber } from '#shared/domain/payments/receipt-text.ts';
import type { Executor, Tx } from './connect.ts';

/** A vehicle that was found, how what was typed fits, and what it fits. */
export interface Found {
  fit: SearchFit;
  matched: string;
  /** With the name: what may be shown of it is decided later. */
  vehicle: VehicleListed & { ownerName: string | null };
}

/** Rows of one kind and fit that are read; one more than can be shown tells that there are more. */
const READ = 9;
/** Words of names that a mistyped one may stand for. */
const WORDS_READ = 200;
const ENDS_FROM = 3;

type Row = { fit: SearchFit; matched: string; id: string; plate: string; country: string; make: string | null } & {
  model: string | null;
  holder: string;
  owner: string | null;
};
const COLUMNS = sql.raw(`v.id, v.plate, v.country, v.make, v.model, v.holder_name as holder,
  (select o.name from owners o where o.id = v.owner_id) as owner`);
const texts = (values: readonly string[]): SQL => sql`${sql.param([...values])}::text[]`;
const foundOf = ({ fit, matched, holder, owner, ...vehicle }: Row): Found => ({
  fit,
  matched,
  vehicle: { ...vehicle, name: holder || owner, ownerName: owner },
});

/** What the statements of a search may take together is bounded by the caller; that none walks through a table, by this. */
export async function beginSearch(tx: Tx, timeoutMs: number): Promise<void> {
  await tx.execute(
    sql`select set_config('statement_timeout', ${String(timeoutMs)}, true), set_config('enable_seqscan', 'off', true)`,
  );
}

/** The statement that finds a column by its beginning, its end or but for one typing error; answered with `fit`. */
function textStatement(source: SQL, column: SQL, text: string, options: { end: boolean; typo: boolean; head: number }): SQL {
  const part = (fit: SearchFit, where: SQL): SQL =>
    sql`(select ${fit}::text as fit, ${column} as matched, ${COLUMNS} from ${source} where ${where} limit ${READ})`;
  const parts = [
    part('exact', sql`${column} = ${text}`),
    part('start', sql`${column} like ${`${text}%`} and ${column} <> ${text}`),
  ];
  if (options.end && text.length >= ENDS_FROM) {
    const end = `${reversed(text)}%`;
    parts.push(part('end', sql`reverse(${column}) like ${end} and ${column} not like ${`${text}%`}`));
  }
  if (options.typo && text.length >= SHORTEST_WITH_TYPO) {
    const { literals, patterns, head, tail } = oneTypo(text, options.head);
    parts.push(part('typo', sql`${column} = any(${texts(literals)})`));
    const but = sql`${column} like any(${texts(patterns)}) and ${column} <> ${text} and ${column} not like ${`${text}%`}`;
    const near = options.end ? sql`and reverse(${column}) not like ${`${reversed(text)}%`}` : sql``;
    parts.push(part('typo', sql`${column} like ${`${head}%`} and ${but} ${near}`));
    parts.push(part('typo', sql`reverse(${column}) like ${`${reversed(tail)}%`} and ${but} ${near}`));
  }
  return sql.join(parts, sql` union all `);
}

const reversed = (text: string): string => [...text].reverse().join('');
const rows = async (db: Executor, statement: SQL): Promise<Found[]> =>
  [...(await db.execute<Row>(statement))].map((row) => foundOf(row));

/** @param text letters and digits, capitals */
export const plateStatement = (text: string): SQL =>
  // Plates end alike (`…RB`): a short beginning leaves a longer end.
  textStatement(sql`vehicles v`, sql.raw('v.plate'), text, { end: true, typo: true, head: Math.min(3, text.length - 3) });
export const vinStatement = (text: string): SQL =>
  textStatement(sql`vehicles v`, sql.raw('v.vin'), text, { end: true, typo: text.length >= 16, head: text.length >> 1 });
const RECEIPTS = sql.raw('receipts r join payment_items i on i.id = r.item_id join vehicles v on v.id = i.vehicle_id');
// Through a view: a policy would keep patterns from their index. Whose the item is, its own policy asks.
const REFERENCES = sql.raw(
  'receipt_references r join payment_items i on i.id = r.item_id join vehicles v on v.id = i.vehicle_id',
);
export const referenceStatement = (text: string): SQL =>
  textStatement(REFERENCES, sql.raw('r.reference'), text, { end: true, typo: text.length >= 19, head: text.length >> 1 });

export const findByPlate = (db: Executor, text: string): Promise<Found[]> => rows(db, plateStatement(text));
export const findByVin = (db: Executor, text: string): Promise<Found[]> => rows(db, vinStatement(text));
export const findByReference = (db: Executor, text: string): Promise<Found[]> => rows(db, referenceStatement(text));

/** A receipt by its number: numbers follow each other, so one that is nearly the same is another's. */
export async function findByReceiptNumber(db: Executor, typed: string): Promise<Found[]> {
  const number = parseReceiptNumber(typed);
  if (!number) return [];
  const found = await rows(
    db,
    sql`select 'exact' as fit, '' as matched, ${COLUMNS} from ${RECEIPTS}
      where r.series = ${number.series} and r.year = ${number.year} and r.number = ${number.number}`,
  );
  return found.map((one) => ({ ...one, matched: receiptNumber(number.series, number.year, number.number) }));
}

/** The tickets of an office's day with that number, and the vehicle of each, where one is known. */
export async function findByTicket(
  db: Executor,
  office: { officeId: string; day: string },
  number: string,
): Promise<{ number: string; found: Found | null }[]> {
  const tickets = await db.execute<Row & { number: string; id: string | null }>(
    sql`select t.number, 'exact' as fit, t.number as matched, ${COLUMNS} from tickets t left join vehicles v on v.id = t.vehicle_id
      where t.office_id = ${office.officeId} and t.day = ${office.day} and t.number = ${number}`,
  );
  return [...tickets].map(({ number: of, ...row }) => ({ number: of, found: row.id === null ? null : foundOf(row) }));
}

/** The words of the register that a typed word may stand for. */
export type Meanings = Record<'exact' | 'start' | 'typo', string[]>;

/** Those of these words that the register has. */
export async function knownWords(db: Executor, words: readonly string[]): Promise<string[]> {
  const found = await db.execute<{ word: string }>(sql`select distinct word from search_words where word = any(${texts(words)})`);
  return [...found].map(({ word }) => word);
}

/** @param word folded */
export function wordStatement(word: string, beginnings = WORDS_READ): SQL {
  const start = sql`(select 'start' as fit, word from search_words where word like ${`${word}%`} and word <> ${word}
    group by word order by length(word), word limit ${beginnings})`;
  const parts = [sql`(select distinct 'exact' as fit, word from search_words where word = ${word})`, start];
  if (word.length >= SHORTEST_WITH_TYPO) {
    const { literals, patterns, head, tail } = oneTypo(word);
    // A word that is still being typed may have its error already.
    const begun = [...literals, ...patterns].map((pattern) => `${pattern}%`);
    parts.push(
      sql`(select distinct 'typo' as fit, word from search_words where word = any(${texts(literals)}) limit ${WORDS_READ})`,
      sql`(select distinct 'typo' as fit, word from search_words
        where reverse(word) like ${`${reversed(tail)}%`} and word like any(${texts(patterns)}) limit ${WORDS_READ})`,
      sql`(select distinct 'typo' as fit, word from search_words
        where word like ${`${head}%`} and word like any(${texts(begun)}) limit ${WORDS_READ})`,
    );
  }
  return sql.join(parts, sql` union all `);
}

/** @param beginnings how many words that begin so are read */
export async function meaningsOf(db: Executor, word: string, beginnings = WORDS_READ): Promise<Meanings> {
  const found = [...(await db.execute<{ fit: keyof Meanings; word: string }>(wordStatement(word, beginnings)))];
  const exact = new Set(found.filter(({ fit }) => fit === 'exact').map(({ word: known }) => known));
  const start = new Set(found.filter(({ fit }) => fit === 'start').map(({ word: known }) => known));
  const typo = found.map(({ word: known }) => known).filter((known) => !exact.has(known) && !start.has(known));
  return { exact: [...exact], start: [...start], typo: [...new Set(typo)] };
}

/**
 * Vehicles whose holder's name, or whose owner's, has one word of each set. Several choices of sets are alternatives.
 * @param choices not empty, nor any of its sets
 */
export function nameStatement(fit: SearchFit, choices: readonly (readonly (readonly string[])[])[]): SQL {
  const named = (words: SQL): SQL =>
    sql.join(
      choices.map(
        (sets) =>
          sql`(${sql.join(
            sets.map((set) => sql`${words} && ${texts(set)}`),
            sql` and `,
          )})`,
      ),
      sql` or `,
    );
  return sql`(select ${fit}::text as fit, v.holder_name as matched, ${COLUMNS} from vehicles v
      where ${named(sql.raw('name_words(v.holder_name)'))} limit ${READ})
    union all
    (select ${fit}::text as fit, found.name as matched, ${COLUMNS}
      from (select o.id, o.name from owners o where ${named(sql.raw('name_words(o.name)'))} limit ${READ}) found
      join vehicles v on v.owner_id = found.id limit ${READ})`;
}

export const findByName = (
  db: Executor,
  fit: SearchFit,
  choices: readonly (readonly (readonly string[])[])[],
): Promise<Found[]> => rows(db, nameStatement(fit, choices));

/** Vehicles of an owner that are listed. */
const OWNED = 200;

/** Vehicles of an account, by plate. */
export const vehiclesOfUser = (db: Executor, userId: string): Promise<VehicleListed[]> =>
  owned(db, sql`(select id from owners where user_id = ${userId})`);
/** The same of an owner, with or without one. */
export const vehiclesOfOwner = (db: Executor, ownerId: string): Promise<VehicleListed[]> => owned(db, sql`${ownerId}`);

async function owned(db: Executor, owner: SQL): Promise<VehicleListed[]> {
  const found = await rows(
    db,
    sql`select 'exact' as fit, v.plate as matched, ${COLUMNS} from vehicles v where v.owner_id = ${owner}
      order by v.plate limit ${OWNED}`,
  );
  return found.map(({ vehicle: { id, plate, country, make, model, name } }) => ({ id, plate, country, make, model, name }));
}

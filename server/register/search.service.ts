import type { Db, Tx } from '#db/connect.ts';
import {
  beginSearch,
  findByName,
  findByPlate,
  findByReceiptNumber,
  findByReference,
  findByTicket,
  findByVin,
  knownWords,
  meaningsOf,
  vehiclesOfUser,
  type Found,
  type Meanings,
} from '#db/register-search.repository.ts';
import { HITS_SHOWN, SearchFit, type SearchAnswer, type SearchHit, type VehicleListed } from '#shared/contracts/register.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { normalisePlate } from '#shared/domain/plates.ts';
import { can, type Actor } from '#shared/domain/policy.ts';
import { fold, searchWords } from '#shared/domain/search/folding.ts';

export interface SearchDeps {
  db: Db;
  clock: () => Date;
  timeZone: string;
  /** What each statement may take, milliseconds: then what was found until there is the answer, and says so. */
  timeoutMs?: number;
}

export interface SearchService {
  /** All that fits what was typed, best first. Who may not read files is shown no names, and finds nothing by them. */
  find(actor: Actor, query: string): Promise<SearchAnswer>;
  /** The vehicles of an account. Only for who may read files. */
  vehiclesOf(userId: string): Promise<VehicleListed[]>;
}

const TIMEOUT_MS = 400;
const SHORTEST = 2;
/** Of two words that were typed as one. */
const SHORTEST_HALF = 3;
/** Words of the register that the beginning of one may stand for. */
const [FEW_WORDS, MANY_WORDS] = [40, 200];
/** How a ticket's number is typed: its letter and figures, zeros left out or not. */
const TICKET = /^([a-z])0*(\d{1,3})$/;

type Part = () => Promise<SearchHit[]>;

export function createSearchService({ db, clock, timeZone, timeoutMs = TIMEOUT_MS }: SearchDeps): SearchService {
  return {
    async find(actor, query) {
      const named = can(actor, 'register.read_file');
      const typed = query.trim();
      const text = normalisePlate(typed);
      const answer: SearchAnswer = { hits: [], more: false, incomplete: false };
      if (text.length < SHORTEST) return answer;
      await db
        .transaction(
          async (tx) => {
            await beginSearch(tx, timeoutMs);
            for (const part of partsOf(tx, actor, { typed, text, named })) {
              const found = await part();
              answer.hits.push(...found.slice(0, HITS_SHOWN));
              answer.more ||= found.length > HITS_SHOWN;
            }
          },
          { accessMode: 'read only' },
        )
        .catch((error: unknown) => {
          if (!isTimeout(error)) throw error;
          answer.incomplete = true;
        });
      return answer;
    },

    vehiclesOf: (userId) => vehiclesOfUser(db, userId),
  };

  /** What to look for, in the order in which it is shown. */
  function partsOf(tx: Tx, actor: Actor, { typed, text, named }: { typed: string; text: string; named: boolean }): Part[] {
    const parts: Part[] = [];
    const add = (kind: SearchHit['kind'], find: () => Promise<Found[]>): void => {
      parts.push(async () => hitsOf(kind, await find(), named));
    };
    const [, letter, figures] = TICKET.exec(fold(typed)) ?? [];
    const { officeId } = actor;
    if (letter && figures && officeId !== null && can(actor, 'queue.read', { officeId })) {
      const number = `${letter.toUpperCase()}${figures.padStart(3, '0')}`;
      parts.push(async () =>
        (await findByTicket(tx, { officeId, day: civilDate(clock(), timeZone) }, number)).map(({ number: matched, found }) => ({
          ...{ kind: 'ticket' as const, fit: 'exact' as const, matched },
          vehicle: found && listed(found.vehicle, named),
        })),
      );
    }
    if (text.length <= 12) add('plate', () => findByPlate(tx, text));
    add('receipt', () => findByReceiptNumber(tx, typed));
    if (text.length >= 4 && text.length <= 21) add('receipt', () => findByReference(tx, text));
    if (text.length >= 4 && text.length <= 18) add('vin', () => findByVin(tx, text));
    if (named) add('name', () => findNames(tx, typed));
    return parts;
  }
}

/** Vehicles by name: with every word as it is typed, then as it begins, then with one typing error in one of them. */
async function findNames(tx: Tx, typed: string): Promise<Found[]> {
  // Words with a figure are no names.
  const words = searchWords(typed).filter((word) => /^[a-z]+$/.test(word));
  if (words.length === 0 || words.every((word) => word.length < SHORTEST)) return [];
  const meanings: Meanings[] = [];
  // One word alone shows what fits it best; beside others, any of many may be the one.
  const beginnings = words.length > 1 ? MANY_WORDS : FEW_WORDS;
  for (const word of words) meanings.push(await meaningsOf(tx, word, beginnings));
  const found = new Map<string, Found>();
  const take = async (fit: SearchFit, choices: string[][][]): Promise<void> => {
    const possible = choices.filter((sets) => sets.every((set) => set.length > 0));
    if (possible.length === 0 || found.size > HITS_SHOWN) return;
    for (const one of await findByName(tx, fit, possible)) if (!found.has(one.vehicle.id)) found.set(one.vehicle.id, one);
  };
  const known = meanings.map(({ exact, start }) => [...exact, ...start]);
  await take('exact', [meanings.map(({ exact }) => exact)]);
  // Two letters begin half of the register: they are a name, or not yet one.
  if (words.every((word) => word.length < SHORTEST_HALF)) return [...found.values()];
  await take('start', [known]);
  await take(
    'typo',
    meanings.map(({ typo }, at) => known.map((set, other) => (other === at ? typo : set))),
  );
  if (found.size === 0) await take('typo', await blanks(tx, words, known));
  return [...found.values()];
}

/** A blank too many, and one too few, are typing errors as well. */
async function blanks(tx: Tx, words: readonly string[], known: readonly string[][]): Promise<string[][][]> {
  const choices: string[][][] = [];
  for (let at = 1; at < words.length; at += 1) {
    const { exact, start } = await meaningsOf(tx, `${words[at - 1] ?? ''}${words[at] ?? ''}`, FEW_WORDS);
    choices.push([...known.slice(0, at - 1), [...exact, ...start], ...known.slice(at + 1)]);
  }
  const [word] = words;
  if (words.length > 1 || !word || known[0]?.length) return choices;
  const places = Array.from({ length: Math.max(0, word.length - 2 * SHORTEST_HALF + 1) }, (_, n) => n + SHORTEST_HALF);
  const firsts = await knownWords(
    tx,
    places.map((at) => word.slice(0, at)),
  );
  for (const first of firsts) {
    const { exact, start } = await meaningsOf(tx, word.slice(first.length), FEW_WORDS);
    choices.push([[first], [...exact, ...start]]);
  }
  return choices;
}

/** One line a vehicle, best first; then by what fits. */
function hitsOf(kind: SearchHit['kind'], found: readonly Found[], named: boolean): SearchHit[] {
  const byVehicle = new Map<string, Found>();
  // Who typed a number that exists meant it; a name is spelt as it was heard.
  const meant = kind !== 'name' && found.some(({ fit }) => fit === 'exact');
  const ranked = found.toSorted(
    (a, b) => rank(a.fit) - rank(b.fit) || compare(a.matched, b.matched) || compare(a.vehicle.plate, b.vehicle.plate),
  );
  for (const one of ranked) {
    if (meant && one.fit === 'typo') continue;
    const key = kind === 'receipt' ? one.matched : one.vehicle.id;
    if (!byVehicle.has(key)) byVehicle.set(key, one);
  }
  return [...byVehicle.values()].map(({ fit, matched, vehicle }) => ({ kind, fit, matched, vehicle: listed(vehicle, named) }));
}

const rank = (fit: SearchFit): number => SearchFit.options.indexOf(fit);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const listed = ({ id, plate, country, make, model, name }: VehicleListed, named: boolean): VehicleListed => ({
  ...{ id, plate, country, make, model },
  name: named ? name : null,
});

/** Postgres cancelled the statement; drizzle wraps what the driver says. */
function isTimeout(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === '57014';
}

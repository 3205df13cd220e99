import type { Db, Tx } from '#db/connect.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import {
  findReconciliation,
  hasStatement,
  insertDifferences,
  insertLines,
  keepHandle,
  linesToMatch,
  lockReconciliation,
  lockStatements,
  movementsOf,
  ourSums,
  recordsInNoStatement,
  recordsNamed,
  recordsOf,
  setMovements,
  theirSums,
  unbookedPayments,
  unreadableLines,
  updateReconciliation,
  type NewLine,
  type ReconciliationRow,
} from '#db/reconciliation.repository.ts';
import { countDifferences } from '#db/reconciliation-views.repository.ts';
import type { StatementFault } from '#shared/contracts/reconciliation.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { addDays, instantOf } from '#shared/domain/dates.ts';
import { statementKey } from '#shared/domain/object-keys.ts';
import {
  createIndex,
  feeDifferences,
  judge,
  judgedWindow,
  movementOf,
  type Difference,
} from '#shared/domain/payments/reconcile.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { NotAStatement, readStatement, type ReadLine } from './read-statement.ts';
import { tellOfReconciliation } from './reconciliation-events.ts';
import { STATEMENT_FORMATS } from './statements.service.ts';

export interface ComparisonDeps {
  db: Db;
  store: ObjectStore;
  notifier: OutboxNotifier;
  clock: () => Date;
  country: Country;
  logger: Logger;
}

/** Reads a statement that was taken in and compares it with the books. */
export interface ComparisonService {
  /** From wherever an earlier run was cut off: every step can be done twice. */
  run(id: string, signal?: AbortSignal): Promise<void>;
}

/** Milliseconds between two words about the progress. */
const TELL_EVERY_MS = 500;
const PAGE = 1_000;

export function createComparison(deps: ComparisonDeps): ComparisonService {
  const { db, store, notifier, clock } = deps;

  /** Moves a run that is not over; false when it is. */
  async function advance(id: string, change: Partial<ReconciliationRow>): Promise<boolean> {
    const moved = await db.transaction(async (tx) => {
      const run = await lockReconciliation(tx, id);
      if (!run || run.endedAt) return false;
      await updateReconciliation(tx, id, { ...change, updatedAt: clock() });
      await tellOfReconciliation(tx, change.endedAt ? 'reconciliation.ended' : 'reconciliation.progressed', {
        reconciliationId: id,
      });
      return true;
    });
    notifier.wake();
    return moved;
  }

  async function fail(id: string, fault: StatementFault): Promise<void> {
    await advance(id, { state: 'failed', fault, endedAt: clock() });
  }

  /** Keeps every line; false when the file is no statement. */
  async function read(run: ReconciliationRow, signal?: AbortSignal): Promise<boolean> {
    let [lines, unreadable, bytesRead, toldAt] = [0, 0, 0, 0];
    const key = statementKey(run.provider, run.sha256);
    const open = async () => {
      const stored = await store.get(key);
      if (!stored) throw new StatementGone();
      return stored.body as AsyncIterable<Uint8Array>;
    };
    const told = (): Promise<boolean> => advance(run.id, { state: 'reading', lines, unreadable, bytesRead });
    try {
      await told();
      for await (const batch of readStatement(STATEMENT_FORMATS[run.provider], open, (count) => (bytesRead += count))) {
        signal?.throwIfAborted();
        await insertLines(
          db,
          batch.map((line) => rowOf(run.id, line)),
        );
        lines += batch.length;
        unreadable += batch.filter(({ fault }) => fault !== null).length;
        if (performance.now() - toldAt < TELL_EVERY_MS) continue;
        toldAt = performance.now();
        if (!(await told())) return false;
      }
      return await advance(run.id, { state: 'matching', lines, unreadable, bytesRead });
    } catch (error) {
      if (error instanceof NotAStatement) await fail(run.id, 'columns_missing');
      else if (error instanceof StatementGone) await fail(run.id, 'file_missing');
      else throw error;
      return false;
    }
  }

  /** Finds the record of each line. */
  async function match({ id, provider }: ReconciliationRow, signal?: AbortSignal): Promise<void> {
    for (let after = 0; ;) {
      signal?.throwIfAborted();
      const lines = await linesToMatch(db, id, after, PAGE);
      if (lines.length === 0) return;
      const find = createIndex(await recordsNamed(db, provider, lines));
      await setMovements(
        db,
        id,
        lines.map((line) => ({ number: line.number, movement: movementOf(line, find(line)) })),
      );
      after = lines.at(-1)?.number ?? after;
    }
  }

  async function compare(run: ReconciliationRow, signal?: AbortSignal): Promise<void> {
    const { provider, day } = run;
    const zone = STATEMENT_FORMATS[provider].calendar === 'utc' ? 'UTC' : deps.country.timeZone;
    const whole = { start: instantOf(day, '00:00:00', zone), end: instantOf(addDays(day, 1), '00:00:00', zone) };
    const write = (found: readonly Difference[]): Promise<void> => insertDifferences(db, run, found, clock());

    for (let after = -1; ;) {
      const bad = await unreadableLines(db, run.id, after, PAGE);
      await write(
        bad.map(({ number }) => ({
          kind: 'unreadable',
          line: number,
          key: null,
          delta: 0,
          currency: deps.country.currency.code,
        })),
      );
      if (bad.length < PAGE) break;
      after = bad.at(-1)?.number ?? after;
    }
    for (let after = ''; ;) {
      signal?.throwIfAborted();
      const groups = await movementsOf(db, run.id, after, PAGE);
      const records = await recordsOf(
        db,
        [...groups.keys()].filter((name) => /^[pr]:/.test(name)),
      );
      await write([...groups].flatMap(([name, lines]) => judge(lines, records.get(name) ?? null)));
      if (groups.size < PAGE) break;
      after = [...groups.keys()].at(-1) ?? after;
    }
    const { moved, fees } = await theirSums(db, run.id);
    await write(feeDifferences(fees));
    const ours = await ourSums(db, provider, { from: whole.start, to: whole.end });
    const ended = await db.transaction(async (tx) => {
      // Of two neighbouring days that end at once, one sees the other.
      await lockStatements(tx, provider);
      const locked = await lockReconciliation(tx, run.id);
      if (!locked || locked.endedAt) return false;
      const neighbours = {
        before: await hasStatement(tx, provider, addDays(day, -1)),
        after: await hasStatement(tx, provider, addDays(day, 1)),
      };
      const window = judgedWindow(whole, neighbours);
      for (let after = ''; ;) {
        const missing = await recordsInNoStatement(tx, provider, window, after, PAGE);
        await insertDifferences(
          tx,
          run,
          missing.flatMap((one) => judge([], one)),
          clock(),
        );
        if (missing.length < PAGE) break;
        after = missing.at(-1)?.key ?? after;
      }
      await askAgain(tx, run.id);
      await updateReconciliation(tx, run.id, { state: 'done', theirs: moved, ours, endedAt: clock(), updatedAt: clock() });
      await tellOfReconciliation(tx, 'reconciliation.ended', { reconciliationId: run.id });
      return true;
    });
    notifier.wake();
    if (!ended) return;
    const found = await countDifferences(db, run.id);
    const told = { reconciliationId: run.id, provider, day, differences: found };
    if (found > 0) deps.logger.error(told, 'ALARM a provider’s statement differs from our books: a person must look');
    else deps.logger.info(told, 'a provider’s statement agrees with our books');
  }

  return {
    async run(id, signal) {
      const run = await findReconciliation(db, id);
      if (!run || run.endedAt) return;
      if (run.state !== 'matching' && !(await read(run, signal))) return;
      await match(run, signal);
      await compare(run, signal);
    },
  };
}

class StatementGone extends Error {}

/** What is in the statement and not booked may be booked yet: the provider is asked, under the id that the statement tells where it was lost. */
async function askAgain(tx: Tx, run: string): Promise<void> {
  const found = await unbookedPayments(tx, run);
  for (const { id, handle } of found) if (handle !== '') await keepHandle(tx, id, handle);
  for (let from = 0; from < found.length; from += PAGE) {
    const paymentIds = found.slice(from, from + PAGE).map(({ id }) => id);
    await appendOutbox(tx, 'reconciliation.unbooked_found', { paymentIds: [...new Set(paymentIds)] });
  }
}

function rowOf(reconciliationId: string, { number, raw, fault, movement }: ReadLine): NewLine {
  // Postgres holds no zero character; what a line had in its place is shown.
  const text = raw.replaceAll('\0', '\u2400');
  if (fault !== null) return { reconciliationId, number, raw: text, fault };
  return { reconciliationId, number, raw: text, ...movement };
}

import { randomUUID } from 'node:crypto';
import {
  endExports,
  findExport,
  insertExport,
  readExport,
  updateExport,
  type ExportRow,
} from '#db/account-exports.repository.ts';
import { appendAudit } from '#db/audit.repository.ts';
import type { Db, Tx } from '#db/connect.ts';
import { lockUser } from '#db/documents.repository.ts';
import { appendOutbox, topicChange, type TopicChange } from '#db/outbox.repository.ts';
import { readPersonalData, type PersonalPage } from '#db/personal-data.repository.ts';
import type { AccountExport } from '#shared/contracts/account-export.ts';
import type { ExportView } from '#shared/contracts/account.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { Locale } from '#shared/contracts/identity.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';

/** A copy is there for a day. Milliseconds. */
export const EXPORT_KEPT_MS = 24 * 3600_000;
/** One that is not made by then never will be: its job was lost. Milliseconds. */
export const EXPORT_MADE_MS = 30 * 60_000;

export interface ExportToMake {
  row: ExportRow;
  data: AccountExport;
  pages: PersonalPage[];
}

/** Copies of what is held about a person, as ZIP files that a job makes (`workers/account/export.job.ts`). */
export interface ExportsService {
  /** The person was asked for the password before. One that is being made is answered as it is, a finished one is replaced. */
  request(userId: string, locale: Locale): Promise<ExportView>;
  /** The row of a finished copy of this person's. @throws AppError EXPORT_NOT_READY */
  find(userId: string, exportId: string): Promise<ExportRow>;
  /** What is to be put into a copy; null when nobody waits for it any more. */
  open(exportId: string): Promise<ExportToMake | null>;
  /** Tells the screens; false when nobody waits for it any more. */
  progress(row: ExportRow, change: { done: number; total: number }): Promise<boolean>;
  finish(row: ExportRow, result: { bytes: number } | 'failed'): Promise<boolean>;
  /** Ends those whose time is over. Answers how many. */
  expire(): Promise<number>;
}

const exportChange = (userId: string): TopicChange =>
  topicChange('account-export', topicOf('account-export', userId), async (tx) => ({ owner: await readExport(tx, userId) }));

export function createExportsService({
  db,
  notifier,
  clock,
}: {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
}): ExportsService {
  async function change<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const result = await db.transaction(work);
    notifier.wake();
    return result;
  }
  const view = async (tx: Tx, userId: string): Promise<ExportView> => {
    const found = await readExport(tx, userId);
    if (!found) throw new Error('an export that was written is not there');
    return found;
  };

  return {
    request: (userId, locale) =>
      change(async (tx) => {
        await lockUser(tx, userId);
        const before = await readExport(tx, userId);
        if (before?.state === 'waiting') return before;
        const at = clock();
        await endExports(tx, { userId }, at);
        const id = randomUUID();
        await insertExport(tx, { id, userId, locale, createdAt: at, expiresAt: new Date(at.getTime() + EXPORT_MADE_MS) });
        await appendAudit(tx, { actorId: userId, action: 'export.requested', entity: 'export', entityId: id });
        await appendOutbox(tx, 'export.requested', { exportId: id, userId }, [exportChange(userId)]);
        return view(tx, userId);
      }),

    async find(userId, exportId) {
      const row = await findExport(db, exportId);
      if (row?.userId !== userId || row.state !== 'ready' || row.expiresAt <= clock()) throw new AppError('EXPORT_NOT_READY');
      return row;
    },

    open: (exportId) =>
      db.transaction(
        async (tx) => {
          const row = await findExport(tx, exportId);
          return row?.state === 'waiting' ? { row, ...(await readPersonalData(tx, row.userId, clock())) } : null;
        },
        { isolationLevel: 'repeatable read', accessMode: 'read only' },
      ),

    progress: ({ id, userId }, state) =>
      change(async (tx) => {
        if (!(await updateExport(tx, id, state))) return false;
        await appendOutbox(tx, 'export.progressed', { exportId: id, userId }, [exportChange(userId)]);
        return true;
      }),

    finish: ({ id, userId, total }, result) =>
      change(async (tx) => {
        const at = clock();
        const ready = { state: 'ready', bytes: result === 'failed' ? null : result.bytes, readyAt: at, done: total, total };
        const outcome =
          result === 'failed' ? { state: 'failed' } : { ...ready, expiresAt: new Date(at.getTime() + EXPORT_KEPT_MS) };
        if (!(await updateExport(tx, id, outcome))) return false;
        await appendOutbox(tx, 'export.ended', { exportId: id, userId }, [exportChange(userId)]);
        return true;
      }),

    async expire() {
      const at = clock();
      const ended = await db.transaction(async (tx) => {
        const rows = await endExports(tx, { dueBefore: at }, at);
        for (const { id, userId } of rows.toSorted((a, b) => a.userId.localeCompare(b.userId))) {
          await appendOutbox(tx, 'export.ended', { exportId: id, userId }, [exportChange(userId)]);
        }
        return rows.length;
      });
      if (ended > 0) notifier.wake();
      return ended;
    },
  };
}

import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Db } from '#db/connect.ts';
import { createExportsService } from '#server/account/exports.service.ts';
import { AccountExport } from '#shared/contracts/account-export.ts';
import { JOBS } from '#shared/contracts/jobs.ts';
import { exportKey } from '#shared/domain/object-keys.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import type { JobHandlers } from '#shared/node/queues.ts';
import { exportSummary } from './export-summary.ts';
import { zipOf, type ZipFile } from '#shared/node/zip-stream.ts';

export interface ExportJobDeps {
  db: Db;
  store: ObjectStore;
  notifier: OutboxNotifier;
  clock: () => Date;
}

/** Milliseconds between two words about the progress. */
const TELL_EVERY_MS = 500;

/**
 * Puts a person's copy together, streamed from the store and into it: a run that was cut off is done again from the start and writes the
 * same object.
 */
export function createExportJob({ db, store, notifier, clock }: ExportJobDeps): JobHandlers<'accounts'> {
  const exports = createExportsService({ db, notifier, clock });
  return {
    async 'account.export'({ exportId }, { attempt, logger, signal }) {
      const found = await exports.open(exportId);
      if (!found) return;
      const { row, data, pages } = found;
      const total = pages.length + 3;
      let bytes = 0;
      let done = 0;
      let toldAt = 0;

      async function next(): Promise<void> {
        signal.throwIfAborted();
        done += 1;
        if (performance.now() - toldAt < TELL_EVERY_MS) return;
        toldAt = performance.now();
        if (!(await exports.progress(row, { done, total }))) throw new Error('nobody waits for this export any more');
      }
      async function* files(): AsyncGenerator<ZipFile> {
        const gone = new Set<string>();
        for (const { file, originalKey } of pages) {
          const stored = await store.get(originalKey);
          if (stored) yield { name: file, body: stored.body as AsyncIterable<Uint8Array>, stored: true };
          else gone.add(file);
          await next();
        }
        const text = (name: string, content: string): ZipFile => ({ name, body: [Buffer.from(content)], stored: false });
        const complete = withoutGone(data, gone);
        yield text('donnees.json', JSON.stringify(complete, null, 2));
        yield text('schema.json', JSON.stringify(z.toJSONSchema(AccountExport), null, 2));
        yield text('resume.html', exportSummary(complete, row.locale));
      }
      async function* counted(): AsyncGenerator<Uint8Array> {
        for await (const chunk of zipOf(files())) {
          bytes += chunk.byteLength;
          yield chunk;
        }
      }
      try {
        await exports.progress(row, { done, total });
        await store.put(exportKey(exportId), Readable.from(counted()), 'application/zip', { signal });
      } catch (error) {
        if (attempt >= JOBS['account.export'].attempts && !signal.aborted) await exports.finish(row, 'failed');
        throw error;
      }
      // Given up while it was made: what was just written is of nobody's use.
      if (!(await exports.finish({ ...row, total }, { bytes }))) await store.delete(exportKey(exportId));
      logger.info({ exportId, bytes, photographs: pages.length }, 'a copy of a person’s data is ready');
    },
  };
}

/** Photographs that are not there any more are said to be gone. */
const withoutGone = (data: AccountExport, gone: ReadonlySet<string>): AccountExport => ({
  ...data,
  documents: data.documents.map((document) => ({
    ...document,
    photographs: document.photographs.map((one) => (one.file && gone.has(one.file) ? { ...one, file: null } : one)),
  })),
});

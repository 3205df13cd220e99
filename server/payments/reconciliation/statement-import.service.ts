import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { appendAudit } from '#db/audit.repository.ts';
import type { Db } from '#db/connect.ts';
import { findStatement, insertReconciliation } from '#db/reconciliation.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { ProviderCode } from '#shared/contracts/payments.ts';
import { STATEMENT_MAX_BYTES, type ImportAnswer, type StatementSource } from '#shared/contracts/reconciliation.ts';
import { statementKey } from '#shared/domain/object-keys.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { tellOfReconciliation } from './reconciliation-events.ts';

export interface StatementImportDeps {
  db: Db;
  store: ObjectStore;
  notifier: OutboxNotifier;
  clock: () => Date;
}

export interface NewStatement {
  provider: ProviderCode;
  /** On the provider's own calendar, `YYYY-MM-DD`. */
  day: string;
  fileName: string;
  source: StatementSource;
  /** Null: nobody, it came by itself or by the command line. */
  importedBy: string | null;
  body: AsyncIterable<Uint8Array>;
}

/** Takes statements in. Reading and comparing them is a job (`workers/reconciliation`). */
export interface StatementImportService {
  /**
   * Keeps the file and asks for its reading. A file that this provider's statements have already is that statement: nothing changes.
   * @throws AppError FILE_EMPTY, FILE_TOO_LARGE
   */
  take(statement: NewStatement): Promise<ImportAnswer>;
}

export function createStatementImport({ db, store, notifier, clock }: StatementImportDeps): StatementImportService {
  return {
    async take({ provider, day, fileName, source, importedBy, body }) {
      // On disk first: what the file is called in the store is what it contains, so that the same file is the same object.
      const file = path.join(tmpdir(), `statement-${randomUUID()}`);
      try {
        const { sha256, bytes } = await keep(body, file);
        const known = await findStatement(db, provider, sha256, day);
        if (known) return { id: known.id, known: true };
        await store.put(statementKey(provider, sha256), createReadStream(file), 'text/csv', { bytes });
        const at = clock();
        const id = await db.transaction(async (tx) => {
          const row = { provider, day, source, fileName, sha256, bytes, importedBy, createdAt: at, updatedAt: at };
          const made = await insertReconciliation(tx, row);
          if (!made) return null;
          const details = { provider, day, source, bytes };
          await appendAudit(tx, {
            actorId: importedBy,
            action: 'reconciliation.imported',
            entity: 'reconciliation',
            entityId: made,
            details,
          });
          await tellOfReconciliation(tx, 'reconciliation.requested', { reconciliationId: made });
          return made;
        });
        notifier.wake();
        if (id) return { id, known: false };
        const other = await findStatement(db, provider, sha256, day);
        if (!other) throw new Error('a statement is known and is not there');
        return { id: other.id, known: true };
      } finally {
        await rm(file, { force: true });
      }
    },
  };
}

async function keep(body: AsyncIterable<Uint8Array>, file: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > STATEMENT_MAX_BYTES) throw new AppError('FILE_TOO_LARGE', { maxBytes: STATEMENT_MAX_BYTES });
      hash.update(chunk);
      yield chunk;
    }
  }
  await pipeline(Readable.from(counted()), createWriteStream(file, { mode: 0o600 }));
  if (bytes === 0) throw new AppError('FILE_EMPTY');
  return { sha256: hash.digest('hex'), bytes };
}

import type { Executor } from './connect.ts';
import { insertRows } from './insert-rows.ts';
import { auditLog } from './schema/platform.ts';

/** Who did what to what. `details` holds no personal data: ids, counts, reasons. */
export interface AuditEntry {
  actorId: string | null;
  /** `<entity>.<past participle>`, for example `session.opened`. */
  action: string;
  entity: string;
  entityId: string;
  details?: Record<string, string | number | boolean | null>;
}

/** Writes an audit row, in the transaction of what it tells of. */
export async function appendAudit(tx: Executor, entry: AuditEntry): Promise<void> {
  await tx.insert(auditLog).values(entry);
}

/** The same for several. */
export async function appendAudits(tx: Executor, entries: readonly AuditEntry[]): Promise<void> {
  await insertRows(
    tx,
    auditLog,
    entries.map(({ details = {}, ...entry }) => ({ ...entry, details })),
  );
}

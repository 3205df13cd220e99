import { Hono, type MiddlewareHandler } from 'hono';
import { appendAudit } from '#db/audit.repository.ts';
import type { Db } from '#db/connect.ts';
import { findReconciliation } from '#db/reconciliation.repository.ts';
import { countOfDifferences, readDifferences } from '#db/reconciliation-views.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';
import { DifferenceFilter, DIFFERENCES_SHOWN, ImportQuery, STATEMENT_MAX_BYTES } from '#shared/contracts/reconciliation.ts';
import { statementKey } from '#shared/domain/object-keys.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import { Readable } from 'node:stream';
import type { HttpEnvironment } from '../../http/environment.ts';
import type { LimitRule, RateLimit } from '../../http/rate-limits.ts';
import { requireAction } from '../../http/require-action.ts';
import { differencesCsv } from './differences-csv.ts';
import type { StatementImportService } from './statement-import.service.ts';

/** Statements that one person of the staff brings. */
export const STATEMENT_LIMIT: LimitRule = { points: 60, seconds: 3600 };
/** Differences of an export that are in memory at once. */
const PAGE = 500;

export interface ReconciliationRoutesDeps {
  db: Db;
  store: ObjectStore;
  statements: StatementImportService;
  clock: () => Date;
  statementLimit: RateLimit;
  requireSession: MiddlewareHandler<HttpEnvironment>;
}

/** Statements and their differences for the staff, to be mounted under `/api/reconciliations`. */
export function createReconciliationRoutes(deps: ReconciliationRoutesDeps): Hono<HttpEnvironment> {
  const { db, store, statements, clock } = deps;
  const filterOf = (query: Record<string, string>): DifferenceFilter => {
    const filter = DifferenceFilter.safeParse(query);
    if (!filter.success) throw new AppError('INVALID_INPUT');
    return filter.data;
  };
  return new Hono<HttpEnvironment>()
    .use(deps.requireSession)
    .post('/', requireAction('reconciliation.import'), async (c) => {
      const query = ImportQuery.safeParse(c.req.query());
      if (!query.success) throw new AppError('INVALID_INPUT');
      if (Number(c.req.header('content-length') ?? 0) > STATEMENT_MAX_BYTES)
        throw new AppError('FILE_TOO_LARGE', { maxBytes: STATEMENT_MAX_BYTES });
      const { provider, day, name: fileName } = query.data;
      const importedBy = c.get('viewer').userId;
      await deps.statementLimit.consume(importedBy);
      const body = c.req.raw.body;
      if (!body) throw new AppError('FILE_EMPTY');
      const answer = await statements.take({
        provider,
        day,
        fileName,
        source: 'page',
        importedBy,
        body: Readable.fromWeb(body as never),
      });
      return c.json(answer, answer.known ? 200 : 202);
    })
    .get('/differences', requireAction('reconciliation.read'), async (c) => {
      const filter = filterOf(c.req.query());
      const differences = await readDifferences(db, filter, { limit: DIFFERENCES_SHOWN, offset: 0 });
      return c.json({ differences, total: await countOfDifferences(db, filter), asOf: clock().toISOString() });
    })
    .get('/differences.csv', requireAction('reconciliation.read'), async (c) => {
      const filter = filterOf(c.req.query());
      await appendAudit(db, {
        ...{ actorId: c.get('viewer').userId, action: 'difference.exported', entity: 'difference', entityId: 'all' },
        details: { state: filter.state, provider: filter.provider ?? null, kind: filter.kind ?? null },
      });
      async function* parts(): AsyncGenerator<Buffer> {
        yield Buffer.from('\ufeff');
        for (let offset = 0; ; offset += PAGE) {
          const page = await readDifferences(db, filter, { limit: PAGE, offset });
          yield Buffer.from(differencesCsv(page, offset === 0));
          if (page.length < PAGE) return;
        }
      }
      c.header('Content-Type', 'text/csv; charset=utf-8');
      c.header('Content-Disposition', `attachment; filename="ecarts-${clock().toISOString().slice(0, 10)}.csv"`);
      c.header('Cache-Control', 'private, no-store');
      return c.body(Readable.toWeb(Readable.from(parts())) as ReadableStream);
    })
    .get('/:id/file', requireAction('reconciliation.read'), async (c) => {
      const id = Id.safeParse(c.req.param('id'));
      const run = id.success ? await findReconciliation(db, id.data) : null;
      const stored = run && (await store.get(statementKey(run.provider, run.sha256)));
      if (!stored) throw new AppError('RECONCILIATION_NOT_FOUND');
      c.header('Content-Type', 'application/octet-stream');
      c.header('Content-Disposition', `attachment; filename="${run.provider}-${run.day}.csv"`);
      c.header('Cache-Control', 'private, no-store');
      return c.body(Readable.toWeb(stored.body) as ReadableStream);
    });
}

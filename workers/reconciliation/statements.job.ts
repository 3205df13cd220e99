import type { Db } from '#db/connect.ts';
import { hasStatementFrom, stalledReconciliations } from '#db/reconciliation.repository.ts';
import { PROVIDERS, type ProviderCode } from '#shared/contracts/payments.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { addDays, civilDate } from '#shared/domain/dates.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { JobHandlers, JobQueues } from '#shared/node/queues.ts';
import type { Providers } from '#server/payments/providers/providers.service.ts';
import type { ComparisonService } from '#server/payments/reconciliation/comparison.service.ts';
import type { StatementImportService } from '#server/payments/reconciliation/statement-import.service.ts';
import { STATEMENT_FORMATS } from '#server/payments/reconciliation/statements.service.ts';

export interface StatementsJobDeps {
  db: Db;
  queues: JobQueues;
  clock: () => Date;
  country: Country;
  providers: Pick<Providers, 'find'>;
  comparison: ComparisonService;
  statements: StatementImportService;
  logger: Logger;
}

/** A run that has not moved for so long has lost its job. Milliseconds. */
const STALLED_MS = 2 * 60_000;

/** Reads and compares statements; fetches yesterday's, where a provider offers them, and finds the runs that were forgotten. */
export function createStatementsJob(deps: StatementsJobDeps): JobHandlers<'statements'> {
  const { db, queues, clock, logger } = deps;

  async function fetchYesterday(provider: ProviderCode): Promise<void> {
    const source = deps.providers.find(provider);
    if (!source?.fetchStatement) return;
    const zone = STATEMENT_FORMATS[provider].calendar === 'utc' ? 'UTC' : deps.country.timeZone;
    const day = addDays(civilDate(clock(), zone), -1);
    if (await hasStatementFrom(db, provider, day, 'daily')) return;
    const body = await source.fetchStatement(day);
    if (!body) return;
    const { id, known } = await deps.statements.take({
      provider,
      day,
      body,
      fileName: `${provider}-${day}.csv`,
      source: 'daily',
      importedBy: null,
    });
    if (!known) logger.info({ provider, day, reconciliationId: id }, 'yesterday’s statement was fetched');
  }

  return {
    'reconciliation.run': ({ reconciliationId }, { signal }) => deps.comparison.run(reconciliationId, signal),
    async 'statements.fetch'() {
      const minute = Math.floor(clock().getTime() / 60_000);
      const stalled = await stalledReconciliations(db, new Date(clock().getTime() - STALLED_MS));
      await queues.add(
        stalled.map((reconciliationId) => ({
          id: `${reconciliationId}-again-${minute}`,
          job: { name: 'reconciliation.run', payload: { reconciliationId } },
        })),
      );
      for (const provider of PROVIDERS) {
        // One that is away does not keep the others from it; it is asked again at the next turn.
        await fetchYesterday(provider).catch((error: unknown) =>
          logger.warn({ err: error, provider }, 'yesterday’s statement could not be fetched'),
        );
      }
    },
  };
}

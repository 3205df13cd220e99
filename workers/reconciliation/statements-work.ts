import type { Country } from '#shared/domain/countries/country.ts';
import type { JobHandlers } from '#shared/node/queues.ts';
import { createProviders } from '#server/payments/providers/providers.service.ts';
import { createComparison } from '#server/payments/reconciliation/comparison.service.ts';
import { createStatementImport } from '#server/payments/reconciliation/statement-import.service.ts';
import type { JobDeps } from '../job-deps.ts';
import { createStatementsJob } from './statements.job.ts';

/** The work with statements, put together of what a worker process has. */
export function createStatementsWork(deps: JobDeps & { country: Country }): JobHandlers<'statements'> {
  return createStatementsJob({
    ...deps,
    providers: createProviders(deps),
    comparison: createComparison(deps),
    statements: createStatementImport(deps),
  });
}

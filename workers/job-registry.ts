import type { QueueName } from '#shared/contracts/jobs.ts';
import { countryOf, type CountryCode } from '#shared/domain/countries/countries.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import type { JobHandlers } from '#shared/node/queues.ts';
import type { WorkerConfig } from './config.ts';
import type { JobDeps } from './job-deps.ts';

/**
 * Every queue and how its handlers are made; a job without a handler does not compile. Each is loaded by the processes that work it
 * only: the reader weighs more than all the others.
 */
export const JOB_REGISTRY: { [Q in QueueName]: (deps: JobDeps) => Promise<JobHandlers<Q>> } = {
  async payments(deps) {
    const { createPaymentsJob } = await import('./payments/payments.job.ts');
    return createPaymentsJob({ ...deps, ...(await confirmationsOf(deps)) });
  },
  async 'payment-checks'(deps) {
    const { createPaymentChecksJob } = await import('./payments/payment-checks.job.ts');
    return createPaymentChecksJob(await confirmationsOf(deps));
  },
  async 'payment-checks-mvola'(deps) {
    return { ...(await JOB_REGISTRY['payment-checks'](deps)) };
  },
  async 'payment-checks-stripe'(deps) {
    return { ...(await JOB_REGISTRY['payment-checks'](deps)) };
  },
  async statements(deps) {
    const { createStatementsWork } = await import('./reconciliation/statements-work.ts');
    return createStatementsWork({ ...deps, country: countryOfConfig(deps.config) });
  },
  async ocr(deps) {
    const [{ createOcrJob }, { createReader }] = await Promise.all([
      import('./ocr/ocr.job.ts'),
      import('./ocr/reading/reader.ts'),
    ]);
    const reader = await createReader({ logger: deps.logger, engines: deps.config.OCR_ENGINES });
    deps.shutdown.add('reader', reader.close);
    return createOcrJob({ ...deps, reader });
  },
  async images(deps) {
    const { createImagesJob } = await import('./images/images.job.ts');
    return createImagesJob(deps);
  },
  async messages(deps) {
    const { createMessagesJob } = await import('./messages/messages.job.ts');
    return createMessagesJob({ ...deps, country: countryOfConfig(deps.config) });
  },
  async 'bulk-messages'(deps) {
    const { createMessagesJob } = await import('./messages/messages.job.ts');
    return createMessagesJob({ ...deps, country: countryOfConfig(deps.config) });
  },
  async notices(deps) {
    const [{ createNoticesJob }, { createNoticesServices }] = await Promise.all([
      import('./notices/notices.job.ts'),
      import('./notices/notices-services.ts'),
    ]);
    return createNoticesJob(createNoticesServices({ ...deps, country: countryOfConfig(deps.config) }));
  },
  async accounts(deps) {
    const { createExportJob } = await import('./account/export.job.ts');
    return createExportJob(deps);
  },
  async reports(deps) {
    const [{ createReportsWork }, { createProgressStore }] = await Promise.all([
      import('./reports/reports-work.ts'),
      import('#server/live/progress.service.ts'),
    ]);
    const progress = createProgressStore('report', 'staff', deps.progressDeps);
    return createReportsWork({ ...deps, progress, country: countryOfConfig(deps.config) });
  },
  async upkeep(deps) {
    const { createUpkeepJob } = await import('./upkeep/upkeep.job.ts');
    return createUpkeepJob({ ...deps, timeZone: countryOfConfig(deps.config).timeZone });
  },
};

const countryOfConfig = ({ COUNTRY }: WorkerConfig): Country => countryOf(COUNTRY.toUpperCase() as CountryCode);

/** One of a process, whatever queues it works: what they confirm at the same time is posted together. */
const confirmations = new WeakMap<JobDeps, ReturnType<typeof loadConfirmations>>();

function confirmationsOf(deps: JobDeps) {
  const known = confirmations.get(deps) ?? loadConfirmations(deps);
  confirmations.set(deps, known);
  return known;
}

async function loadConfirmations(deps: JobDeps) {
  const { createConfirmations } = await import('./payments/confirmations.ts');
  return createConfirmations(deps);
}

import type { Db } from '#db/connect.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { createAppointmentRemindersService } from '#server/notices/appointment-reminders.service.ts';
import { createDeliveriesService } from '#server/notices/deliveries.service.ts';
import { createRemindersService } from '#server/notices/reminders.service.ts';
import type { NoticesJobDeps } from './notices.job.ts';

/** What the notices' jobs work with. */
export const createNoticesServices = (deps: {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  country: Country;
}): NoticesJobDeps => ({
  deliveries: createDeliveriesService(deps),
  reminders: createRemindersService(deps),
  appointments: createAppointmentRemindersService(deps),
});

import type { JobHandlers } from '#shared/node/queues.ts';
import type { AppointmentRemindersService } from '#server/notices/appointment-reminders.service.ts';
import type { DeliveriesService } from '#server/notices/deliveries.service.ts';
import type { RemindersService } from '#server/notices/reminders.service.ts';

export interface NoticesJobDeps {
  deliveries: DeliveriesService;
  reminders: RemindersService;
  appointments: AppointmentRemindersService;
}

/** Tells of events, of taxes that fall due and of appointments that come. */
export function createNoticesJob({ deliveries, reminders, appointments }: NoticesJobDeps): JobHandlers<'notices'> {
  return {
    async 'notice.deliver'({ eventId, source }) {
      await deliveries.deliver(eventId, source);
    },
    async 'reminders.run'(_payload, { logger, signal }) {
      // Before the taxes: it is a matter of hours.
      const told = await appointments.run(signal);
      if (told > 0) logger.info({ appointments: told }, 'reminders of appointments');
      const done = await reminders.run(signal);
      if (done && done.owners > 0) logger.info({ ...done }, 'reminders of the day');
    },
  };
}

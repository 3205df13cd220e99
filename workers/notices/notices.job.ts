import type { JobHandlers } from '#shared/node/queues.ts';
import type { DeliveriesService } from '#server/notices/deliveries.service.ts';
import type { RemindersService } from '#server/notices/reminders.service.ts';

export interface NoticesJobDeps {
  deliveries: DeliveriesService;
  reminders: RemindersService;
}

/** Tells of events and of taxes that fall due. */
export function createNoticesJob({ deliveries, reminders }: NoticesJobDeps): JobHandlers<'notices'> {
  return {
    async 'notice.deliver'({ eventId, source }) {
      await deliveries.deliver(eventId, source);
    },
    async 'reminders.run'(_payload, { logger, signal }) {
      const done = await reminders.run(signal);
      if (done && done.owners > 0) logger.info({ ...done }, 'reminders of the day');
    },
  };
}

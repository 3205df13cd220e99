import { appointmentsToRemind } from '#db/appointments.repository.ts';
import type { Db } from '#db/connect.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { isDayHour } from '#shared/domain/notices/reminders.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { createNotices } from './create-notices.ts';

export interface AppointmentRemindersDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  country: Country;
}

/** Reminds of appointments, the day before and two hours before. Answers how many were told; a run that died is gone on with by the next. */
export interface AppointmentRemindersService {
  run(signal?: AbortSignal): Promise<number>;
}

const HOUR = 3_600_000;
const BATCH = 200;
/**
 * Earliest first. Who booked within the time of a stage is not told of it: they know. The day before waits for the day's hours; two hours
 * before does not: offices open by day.
 */
const STAGES = [
  { name: 'hours', beforeMs: 2 * HOUR, atAnyHour: true },
  { name: 'day', beforeMs: 24 * HOUR, atAnyHour: false },
] as const;

export function createAppointmentRemindersService({
  db,
  notifier,
  clock,
  country,
}: AppointmentRemindersDeps): AppointmentRemindersService {
  async function step(stage: (typeof STAGES)[number], latest: number): Promise<number> {
    const at = clock();
    return db.transaction(async (tx) => {
      const from = new Date(at.getTime() + latest);
      const to = new Date(at.getTime() + stage.beforeMs);
      const bookedBefore = new Date(at.getTime() - (stage.name === 'day' ? 2 * HOUR : HOUR / 2));
      const due = await appointmentsToRemind(tx, { from, to, bookedBefore, stage: stage.name }, BATCH);
      const list = due.map(({ id: appointmentId, userId, office, startsAt, code }) => ({
        userId,
        eventKey: `${appointmentId}:${stage.name}`,
        content: {
          kind: 'appointment_near' as const,
          params: { appointmentId, office, startsAt: startsAt.toISOString(), code },
        },
      }));
      await createNotices(tx, list, { at, bulk: stage.name === 'day' });
      return list.length;
    });
  }

  return {
    async run(signal) {
      let told = 0;
      // Who is told of the hours is not told of the day in the same breath.
      let latest = 0;
      for (const stage of STAGES) {
        if (stage.atAnyHour || isDayHour(clock(), country.timeZone)) {
          for (let last = BATCH; last === BATCH && !signal?.aborted; told += last) {
            last = await step(stage, latest);
            if (last > 0) notifier.wake();
          }
        }
        latest = stage.beforeMs;
      }
      return told;
    },
  };
}

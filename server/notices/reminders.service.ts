import { amountsDueAt } from '#db/amounts-due.ts';
import type { Db, Tx } from '#db/connect.ts';
import type { NewNotice } from '#db/notices.repository.ts';
import {
  advanceReminderRun,
  beginReminderRun,
  findReminderRun,
  finishReminderRun,
  lockReminderRun,
  ownersAfter,
  paidYears,
  vehiclesOfOwners,
} from '#db/reminders.repository.ts';
import { MOST_NAMED, type NoticeContent } from '#shared/contracts/notices.ts';
import type { AmountDue } from '#shared/contracts/tax.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { isDayHour, reminderKey, stageOf, type ReminderStage } from '#shared/domain/notices/reminders.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { createNotices } from './create-notices.ts';

export interface RemindersDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  country: Country;
  /** Owners looked at in one transaction. */
  batch?: number;
}

export interface RemindersService {
  /**
   * Does what is left of the day's look at all owners, in batches; a killed run is gone on with where it stopped, and a day that was missed is
   * made up for by the next. Null outside the day's hours, when the day is done, or when another process is at it.
   */
  run(signal?: AbortSignal): Promise<{ owners: number; notices: number } | null>;
}

const BATCH = 100;

export function createRemindersService(deps: RemindersDeps): RemindersService {
  const { db, notifier, clock, country } = deps;
  const size = deps.batch ?? BATCH;

  /** One batch; null when there is nothing (more) to do here. */
  async function step(run: { country: string; day: string }): Promise<{ owners: number; notices: number } | null> {
    const at = clock();
    return db.transaction(async (tx) => {
      const locked = await lockReminderRun(tx, run);
      if (!locked) return null;
      const owners = await ownersAfter(tx, locked.lastOwnerId, size);
      const last = owners.at(-1);
      if (!last) {
        await finishReminderRun(tx, run, at);
        return null;
      }
      const users = new Map(owners.map(({ id, userId }) => [id, userId]));
      const list = await remindersOf(tx, users, country.code, run.day, at);
      // Before the topics of these people: their numbers are raised last.
      await advanceReminderRun(tx, run, { lastOwnerId: last.id, owners: owners.length, notices: list.length });
      return { owners: owners.length, notices: await createNotices(tx, list, { at, bulk: true }) };
    });
  }

  return {
    async run(signal) {
      const day = civilDate(clock(), country.timeZone);
      const run = { country: country.code, day };
      if (!isDayHour(clock(), country.timeZone) || (await findReminderRun(db, run))?.finishedAt) return null;
      await beginReminderRun(db, run, clock());
      const total = { owners: 0, notices: 0 };
      while (!signal?.aborted && isDayHour(clock(), country.timeZone)) {
        const done = await step(run);
        if (!done) break;
        total.owners += done.owners;
        total.notices += done.notices;
        if (done.notices > 0) notifier.wake();
      }
      return total;
    },
  };
}

interface Group {
  userId: string;
  stage: ReminderStage;
  dueDate: string;
  due: AmountDue;
  amount: number;
  vehicles: { plate: string; country: string }[];
}

/** What these owners are to be reminded of: all their vehicles of one due date together. Exempt, undetermined and paid ones are left out. */
async function remindersOf(
  tx: Tx,
  users: ReadonlyMap<string, string>,
  country: string,
  day: string,
  at: Date,
): Promise<NewNotice[]> {
  const vehicles = await vehiclesOfOwners(tx, country, [...users.keys()]);
  const dueOf = await amountsDueAt(tx, at);
  const paid = await paidYears(
    tx,
    vehicles.map(({ id }) => id),
  );
  const groups = new Map<string, Group>();
  for (const vehicle of vehicles) {
    const due = dueOf(vehicle);
    const userId = vehicle.ownerId && users.get(vehicle.ownerId);
    if (!userId || !due?.dueDate || !due.total || paid.has(`${vehicle.id}:${due.fiscalYear}`)) continue;
    const stage = stageOf(due.dueDate, day);
    if (stage === null) continue;
    const key = `${userId} ${stage} ${due.dueDate}`;
    const group = groups.get(key) ?? { userId, stage, dueDate: due.dueDate, due, amount: 0, vehicles: [] };
    group.amount += due.total;
    group.vehicles.push({ plate: vehicle.plate, country: vehicle.country });
    groups.set(key, group);
  }
  return [...groups.values()].map(noticeOf);
}

function noticeOf({ userId, stage, dueDate, due, amount, vehicles }: Group): NewNotice {
  const params = {
    ...{ fiscalYear: due.fiscalYear, dueDate, amount, currency: due.currency },
    ...{ vehicleCount: vehicles.length, vehicles: vehicles.slice(0, MOST_NAMED) },
  };
  const content: NoticeContent =
    stage === 'overdue' ? { kind: 'tax_overdue', params } : { kind: 'tax_due', params: { ...params, daysBefore: stage } };
  return { userId, eventKey: reminderKey(due.fiscalYear, stage, dueDate), content };
}

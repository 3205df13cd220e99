import { appendAudit, type AuditEntry } from '#db/audit.repository.ts';
import type { Db, Executor, Tx } from '#db/connect.ts';
import {
  readOfficeSettings,
  replaceHours,
  saveMessage,
  saveRules,
  saveService,
  setClosedDay,
} from '#db/office-settings.repository.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { findOffice } from '#db/tickets.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { OfficeSettings, SetOffice } from '#shared/contracts/office.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { overlapping } from '#shared/domain/tickets/slots.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { officeChanges } from './ticket-events.ts';

export interface OfficeSettingsDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  timeZone: string;
}

/** What the supervisor of an office decides: services, hours, who goes first, what the board says. */
export interface OfficeSettingsService {
  /** @throws AppError OFFICE_NOT_FOUND */
  read(officeId: string): Promise<OfficeSettings>;
  /**
   * Changes one thing; the screens of the office show it at once, the audit log says who did it. What waits already keeps its place.
   * @throws AppError OFFICE_NOT_FOUND, SERVICE_NOT_FOUND, HOURS_OVERLAP
   */
  set(actorId: string, officeId: string, change: SetOffice['change']): Promise<OfficeSettings>;
}

export function createOfficeSettingsService({ db, notifier, clock, timeZone }: OfficeSettingsDeps): OfficeSettingsService {
  const today = (): string => civilDate(clock(), timeZone);

  async function read(tx: Executor, officeId: string): Promise<OfficeSettings> {
    if (!(await findOffice(tx, officeId))) throw new AppError('OFFICE_NOT_FOUND');
    return readOfficeSettings(tx, officeId, today());
  }

  async function apply(tx: Tx, officeId: string, change: SetOffice['change']): Promise<void> {
    switch (change.what) {
      case 'message':
        return saveMessage(tx, officeId, change.message);
      case 'rules':
        return saveRules(tx, officeId, change.rules);
      case 'hours':
        if (overlapping(change.hours)) throw new AppError('HOURS_OVERLAP');
        return replaceHours(tx, officeId, change.hours);
      case 'closed-day':
        return setClosedDay(tx, officeId, change.day, change.closed);
      case 'service':
        if (!(await saveService(tx, officeId, change, clock()))) throw new AppError('SERVICE_NOT_FOUND');
    }
  }

  return {
    read: (officeId) => read(db, officeId),
    async set(actorId, officeId, change) {
      const settings = await db.transaction(async (tx) => {
        await read(tx, officeId);
        await apply(tx, officeId, change);
        const details: NonNullable<AuditEntry['details']> = { what: change.what };
        if (change.what === 'service') Object.assign(details, { serviceId: change.serviceId, open: change.open });
        await appendAudit(tx, { actorId, action: 'office.changed', entity: 'office', entityId: officeId, details });
        await appendOutbox(tx, 'office.changed', { officeId }, officeChanges(officeId, today(), clock()));
        return read(tx, officeId);
      });
      notifier.wake();
      return settings;
    },
  };
}

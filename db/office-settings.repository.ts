import { and, asc, eq } from 'drizzle-orm';
import type { OfficeSettings, SetOffice } from '#shared/contracts/office.ts';
import type { QueueRules } from '#shared/domain/tickets/rank.ts';
import type { OpeningHours } from '#shared/domain/tickets/slots.ts';
import { closedDaysOf, hoursOf } from './appointments.repository.ts';
import type { Executor, Tx } from './connect.ts';
import { officeClosedDays, officeHours } from './schema/appointments.ts';
import { offices } from './schema/identity.ts';
import { officeServices, queueSettings } from './schema/tickets.ts';
import { serviceViewOf } from './ticket-views.repository.ts';
import { queueRulesOf } from './tickets.repository.ts';

/** An office that exists, with closed services and the closed days from a day on. */
export async function readOfficeSettings(db: Executor, officeId: string, from: string): Promise<OfficeSettings> {
  const [[office], [setting], services] = await Promise.all([
    db.select().from(offices).where(eq(offices.id, officeId)),
    db.select().from(queueSettings).where(eq(queueSettings.officeId, officeId)),
    db.select().from(officeServices).where(eq(officeServices.officeId, officeId)).orderBy(asc(officeServices.prefix)),
  ]);
  return {
    officeId,
    code: office?.code ?? '',
    name: office?.name ?? '',
    services: services.map((row) => ({ ...serviceViewOf(row), open: row.closedAt === null })),
    message: setting?.messageFr ? { fr: setting.messageFr, en: setting.messageEn ?? setting.messageFr } : null,
    rules: await queueRulesOf(db, officeId),
    hours: await hoursOf(db, officeId),
    closedDays: await closedDaysOf(db, officeId, from),
  };
}

export async function saveMessage(tx: Tx, officeId: string, message: OfficeSettings['message']): Promise<void> {
  const set = { messageFr: message?.fr ?? null, messageEn: message?.en ?? null };
  await tx
    .insert(queueSettings)
    .values({ officeId, ...set })
    .onConflictDoUpdate({ target: queueSettings.officeId, set });
}

export async function saveRules(tx: Tx, officeId: string, rules: QueueRules): Promise<void> {
  await tx
    .insert(queueSettings)
    .values({ officeId, rules })
    .onConflictDoUpdate({ target: queueSettings.officeId, set: { rules } });
}

/** The whole week anew. */
export async function replaceHours(tx: Tx, officeId: string, hours: readonly OpeningHours[]): Promise<void> {
  await tx.delete(officeHours).where(eq(officeHours.officeId, officeId));
  if (hours.length > 0) await tx.insert(officeHours).values(hours.map((one) => ({ officeId, ...one })));
}

export async function setClosedDay(tx: Tx, officeId: string, day: string, closed: boolean): Promise<void> {
  if (closed) await tx.insert(officeClosedDays).values({ officeId, day }).onConflictDoNothing();
  else await tx.delete(officeClosedDays).where(and(eq(officeClosedDays.officeId, officeId), eq(officeClosedDays.day, day)));
}

/** False when the office has no such service. */
export async function saveService(
  tx: Tx,
  officeId: string,
  { serviceId, open, usualMinutes }: Extract<SetOffice['change'], { what: 'service' }>,
  at: Date,
): Promise<boolean> {
  const rows = await tx
    .update(officeServices)
    .set({ usualMinutes, closedAt: open ? null : at })
    .where(and(eq(officeServices.id, serviceId), eq(officeServices.officeId, officeId)))
    .returning({ id: officeServices.id });
  return rows.length === 1;
}

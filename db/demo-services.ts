import { inArray } from 'drizzle-orm';
import type { Tx } from './connect.ts';
import { offices } from './schema/identity.ts';
import { appointmentPlans, officeClosedDays, officeHours } from './schema/appointments.ts';
import { officeServices } from './schema/tickets.ts';

/** What the offices of the demo do for people; the minutes are invented. */
const SERVICES = [
  { prefix: 'A', nameFr: 'Payer la vignette', nameEn: 'Pay the vehicle tax', usualMinutes: 6 },
  { prefix: 'B', nameFr: 'Carte grise', nameEn: 'Registration document', usualMinutes: 12 },
  { prefix: 'C', nameFr: 'Réclamation, remboursement', nameEn: 'Complaint, refund', usualMinutes: 15 },
  { prefix: 'R', nameFr: 'Renseignement', nameEn: 'Information', usualMinutes: 3 },
] as const;

/** Invented as well: mornings and afternoons on weekdays, Saturday mornings; two at a time every half hour; closed on three holidays. */
const HOURS = [1, 2, 3, 4, 5, 6].flatMap((weekday) => [
  { weekday, opens: '08:00', closes: '12:00' },
  ...(weekday === 6 ? [] : [{ weekday, opens: '14:00', closes: '17:00' }]),
]);
const PLANS: Readonly<Record<string, { slotMinutes: number; capacity: number }>> = {
  A: { slotMinutes: 15, capacity: 2 },
  B: { slotMinutes: 30, capacity: 2 },
  C: { slotMinutes: 30, capacity: 1 },
};
const CLOSED = ['01-01', '05-01', '12-25'];

/** Gives every office of these codes its services; what is there stays. */
export async function seedServices(tx: Tx, codes: readonly string[]): Promise<void> {
  const rows = await tx
    .select({ officeId: offices.id })
    .from(offices)
    .where(inArray(offices.code, [...codes]));
  const services = rows.flatMap((office) => SERVICES.map((service) => ({ ...office, ...service })));
  if (services.length === 0) return;
  await tx.insert(officeServices).values(services).onConflictDoNothing();
  const ids = rows.map(({ officeId }) => officeId);
  const there = await tx.select().from(officeServices).where(inArray(officeServices.officeId, ids));
  const plans = there.flatMap(({ id, prefix }) => (PLANS[prefix] ? [{ serviceId: id, ...PLANS[prefix] }] : []));
  await tx.insert(appointmentPlans).values(plans).onConflictDoNothing();
  const open = await tx
    .selectDistinct({ officeId: officeHours.officeId })
    .from(officeHours)
    .where(inArray(officeHours.officeId, ids));
  const without = rows.filter(({ officeId }) => !open.some((one) => one.officeId === officeId));
  if (without.length === 0) return;
  await tx.insert(officeHours).values(without.flatMap((office) => HOURS.map((hours) => ({ ...office, ...hours }))));
  const year = new Date().getUTCFullYear();
  const closed = without.flatMap((office) =>
    [year, year + 1].flatMap((of) => CLOSED.map((date) => ({ ...office, day: `${of}-${date}` }))),
  );
  await tx.insert(officeClosedDays).values(closed).onConflictDoNothing();
}

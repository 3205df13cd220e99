import { inArray } from 'drizzle-orm';
import type { Tx } from './connect.ts';
import { offices } from './schema/identity.ts';
import { officeServices } from './schema/tickets.ts';

/** What the offices of the demo do for people; the minutes are invented. */
const SERVICES = [
  { prefix: 'A', nameFr: 'Payer la vignette', nameEn: 'Pay the vehicle tax', usualMinutes: 6 },
  { prefix: 'B', nameFr: 'Carte grise', nameEn: 'Registration document', usualMinutes: 12 },
  { prefix: 'C', nameFr: 'Réclamation, remboursement', nameEn: 'Complaint, refund', usualMinutes: 15 },
  { prefix: 'R', nameFr: 'Renseignement', nameEn: 'Information', usualMinutes: 3 },
] as const;

/** Gives every office of these codes its services; what is there stays. */
export async function seedServices(tx: Tx, codes: readonly string[]): Promise<void> {
  const rows = await tx
    .select({ officeId: offices.id })
    .from(offices)
    .where(inArray(offices.code, [...codes]));
  const services = rows.flatMap((office) => SERVICES.map((service) => ({ ...office, ...service })));
  if (services.length > 0) await tx.insert(officeServices).values(services).onConflictDoNothing();
}

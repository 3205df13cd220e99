import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { DashboardScope, Period } from '#shared/contracts/dashboards.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { appendAudit } from './audit.repository.ts';
import type { Db } from './connect.ts';
import { collectionTargets } from './schema/collections.ts';
import { offices, users } from './schema/identity.ts';

/** What an administrator says is to be collected in each period that begins on `from` or later. */
export const SetTarget = z
  .object({
    scope: DashboardScope,
    period: Period,
    from: z.iso.date(),
    /** Minor unit. */
    amount: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER),
    by: z.email(),
  })
  .refine(({ period, from }) => period === 'day' || from.endsWith('-01'), {
    path: ['from'],
    message: 'a month begins on its first day',
  })
  .refine(({ period, from }) => period !== 'year' || from.endsWith('-01-01'), {
    path: ['from'],
    message: 'a year begins on 1 January',
  });
export type SetTarget = z.infer<typeof SetTarget>;

/** Sets a target; an invented one of the demo gives way. Throws an Error that says what is wrong. */
export async function setTarget(db: Db, country: Country, { scope, period, from, amount, by }: SetTarget): Promise<void> {
  await db.transaction(async (tx) => {
    const [person] = await tx
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.email, by.toLowerCase()), eq(users.role, 'administrator')));
    if (!person) throw new Error(`${by} is no administrator`);
    if (scope.startsWith('region-') && !country.regions.some(({ id }) => scope === `region-${id}`))
      throw new Error(`no such region: ${scope}`);
    if (scope.startsWith('office-')) {
      const [office] = await tx
        .select({ id: offices.id })
        .from(offices)
        .where(eq(offices.id, scope.slice('office-'.length)));
      if (!office) throw new Error(`no such office: ${scope}`);
    }
    const set = { amount, demo: false, setBy: person.id, setAt: new Date() };
    await tx
      .insert(collectionTargets)
      .values({ scope, period, fromDay: from, ...set })
      .onConflictDoUpdate({ target: [collectionTargets.scope, collectionTargets.period, collectionTargets.fromDay], set });
    const details = { period, from, amount };
    await appendAudit(tx, { actorId: person.id, action: 'target.set', entity: 'collection_target', entityId: scope, details });
  });
}

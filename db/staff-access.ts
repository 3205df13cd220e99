import { and, asc, count, eq, isNull, ne } from 'drizzle-orm';
import { deleteAllSessions } from './account.repository.ts';
import { appendAudit } from './audit.repository.ts';
import type { Db } from './connect.ts';
import { deleteFactor } from './second-factor.repository.ts';
import { backupCodes, secondFactors, users } from './schema/identity.ts';

/** The staff with what is known of their second step. */
export async function listStaff(db: Db) {
  return db
    .select({
      email: users.email,
      role: users.role,
      enrolledAt: secondFactors.enrolledAt,
      codesLeft: count(backupCodes.id),
    })
    .from(users)
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .leftJoin(backupCodes, and(eq(backupCodes.userId, users.id), isNull(backupCodes.usedAt)))
    .where(ne(users.role, 'citizen'))
    .groupBy(users.id, secondFactors.enrolledAt)
    .orderBy(asc(users.role), asc(users.email));
}

/**
 * Takes somebody's second step away, because the device is lost: by an administrator, and never one's own. All their sessions end.
 * Throws with the reason in words: it is for a command line.
 */
export async function resetSecondStep(db: Db, order: { email: string; by: string; reason: string }): Promise<{ ended: number }> {
  return db.transaction(async (tx) => {
    const find = async (email: string) =>
      (
        await tx
          .select()
          .from(users)
          .where(and(eq(users.email, email.toLowerCase()), isNull(users.disabledAt)))
      )[0];
    const [person, by] = [await find(order.email), await find(order.by)];
    if (!person || person.role === 'citizen') throw new Error(`${order.email} is none of the staff`);
    if (by?.role !== 'administrator') throw new Error(`${order.by} is no administrator`);
    if (by.id === person.id) throw new Error('another administrator must do this for you');
    if (!(await deleteFactor(tx, person.id))) throw new Error(`${order.email} has no second step to reset`);
    const ended = await deleteAllSessions(tx, person.id, 'second_step_reset');
    await appendAudit(tx, {
      actorId: by.id,
      action: 'second_factor.reset',
      entity: 'user',
      entityId: person.id,
      details: { reason: order.reason, sessionsEnded: ended.length },
    });
    return { ended: ended.length };
  });
}

import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { offices, users } from '#db/schema/identity.ts';
import type { CashCount, TakeCash, Taking, TillSummary } from '#shared/contracts/tills.ts';
import type { Role } from '#shared/contracts/identity.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { inCash } from '#shared/domain/tills/cash.ts';
import { createRefundsFixture, type RefundsFixture } from '../../payments/refunds/testing/refunds-fixture.ts';
import { createCashService, type CashService } from '../cash.service.ts';
import { createTillsService, type TillAgent, type TillsService } from '../tills.service.ts';

/** What a petrol car of 4 CV first registered in 2023 costs at a counter on 15 January 2026: tax and stamp duty, no fee. */
export const CASH_AMOUNT = 16_000;

export interface TillsFixture extends RefundsFixture {
  tills: TillsService;
  cash: CashService;
  /** Two of the first office, and who decides there; one of another office. */
  fanja: TillAgent;
  hery: TillAgent;
  chief: TillAgent;
  stranger: TillAgent;
  strangersChief: TillAgent;
  staffOf(role: Role, officeId: string): Promise<TillAgent>;
  opened(agent: TillAgent, float?: number): Promise<TillSummary>;
  /** What the agent's page would send for these plates; vehicles of nobody with an account when none are given. */
  orderFor(till: TillSummary, plates?: readonly string[]): Promise<TakeCash>;
  taken(agent: TillAgent, till: TillSummary): Promise<Taking>;
}

/** An amount in the fewest notes. */
export const notes = (amount: number): CashCount => inCash(amount, madagascar).count;

/** Payments, refunds and two offices with people who have tills. */
export async function createTillsFixture(): Promise<TillsFixture> {
  const refunds = await createRefundsFixture();
  const { db } = refunds.database;
  const deps = { db, notifier: { wake: () => undefined }, clock: refunds.clock, country: madagascar };
  const [tills, cash] = [createTillsService(deps), createCashService(deps)];
  const staffOf = async (role: Role, officeId: string): Promise<TillAgent> => {
    const userId = randomUUID();
    await db
      .insert(users)
      .values({ id: userId, name: `${role} ${userId.slice(0, 4)}`, email: `${userId}@till.example`, role, officeId });
    return { userId, role, officeId };
  };
  const [here] = await db.select().from(offices).where(eq(offices.code, 'TEST'));
  const [there] = await db.insert(offices).values({ code: 'OTHER', name: 'Autre', city: 'Ailleurs' }).returning();
  if (!here || !there) throw new Error('no offices');
  const fixture: TillsFixture = {
    ...refunds,
    tills,
    cash,
    fanja: await staffOf('agent', here.id),
    hery: await staffOf('agent', here.id),
    chief: await staffOf('supervisor', here.id),
    stranger: await staffOf('agent', there.id),
    strangersChief: await staffOf('supervisor', there.id),
    staffOf,
    opened: (agent, float = 50_000) => tills.open(agent, { idempotencyKey: randomUUID(), float: notes(float) }),
    async orderFor(till, plates) {
      const chosen = plates ?? [(await refunds.addVehicle(null)).plate];
      const amount = CASH_AMOUNT * chosen.length;
      return {
        ...{ idempotencyKey: randomUUID(), tillId: till.id, amount, given: amount },
        items: chosen.map((plate) => ({ plate, fiscalYear: 2026 })),
      };
    },
    taken: async (agent, till) => cash.take(agent, await fixture.orderFor(till)),
  };
  return fixture;
}

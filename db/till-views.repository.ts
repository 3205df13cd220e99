import { and, asc, desc, eq, gte, inArray, isNull, ne, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Taking, TillReport, TillSummary, TillsView, TillView } from '#shared/contracts/tills.ts';
import { receiptNumber } from '#shared/domain/payments/receipt-text.ts';
import type { Executor } from './connect.ts';
import { offices, users } from './schema/identity.ts';
import { ledgerEntries, paymentIntents, paymentItems, receiptRevocations, receipts } from './schema/payments.ts';
import { refundItems, refunds } from './schema/refunds.ts';
import { cashTakings } from './schema/takings.ts';
import { tillSessions } from './schema/till.ts';
import { findOpenTill, freeColleagues } from './tills.repository.ts';

/** Takings listed in one's own till. */
const LISTED = 12;
/** Closed tills listed for an office. */
const CLOSED_LISTED = 60;
const DAY_MS = 24 * 3600_000;

const agent = alias(users, 'till_agent');
const next = alias(users, 'till_next');
const noter = alias(users, 'till_noter');
const closer = alias(users, 'till_closer');
const former = alias(tillSessions, 'till_former');
const formerAgent = alias(users, 'till_former_agent');

const rows = (db: Executor) =>
  db
    .select({
      till: tillSessions,
      agent: { id: agent.id, name: agent.name },
      next: { id: next.id, name: next.name },
      noter: { id: noter.id, name: noter.name },
      closer: { id: closer.id, name: closer.name },
      former: { id: formerAgent.id, name: formerAgent.name },
    })
    .from(tillSessions)
    .innerJoin(agent, eq(agent.id, tillSessions.agentId))
    .leftJoin(next, eq(next.id, tillSessions.handedTo))
    .leftJoin(noter, eq(noter.id, tillSessions.notedBy))
    .leftJoin(closer, eq(closer.id, tillSessions.closedBy))
    .leftJoin(former, eq(former.id, tillSessions.receivedFrom))
    .leftJoin(formerAgent, eq(formerAgent.id, former.agentId))
    .$dynamic();
type Row = Awaited<ReturnType<typeof rows>>[number];

interface Moved {
  has: number;
  taken: number;
  takings: number;
  paidBack: number;
}

/** What moved through the accounts of tills, as the ledger says. */
async function movedThrough(db: Executor, ids: readonly string[]): Promise<Map<string, Moved>> {
  if (ids.length === 0) return new Map();
  const { account, debit, credit, refundId, intentId } = ledgerEntries;
  const own = sql`${intentId} is not null and ${refundId} is null`;
  const found = await db
    .select({
      account,
      has: sql<string>`sum(${debit} - ${credit})`,
      taken: sql<string>`coalesce(sum(${debit}) filter (where ${own}), 0)`,
      takings: sql<number>`(count(distinct ${intentId}) filter (where ${own}))::int`,
      paidBack: sql<string>`coalesce(sum(${credit}) filter (where ${refundId} is not null), 0)`,
    })
    .from(ledgerEntries)
    .where(
      inArray(
        account,
        ids.map((id) => `till:${id}`),
      ),
    )
    .groupBy(account);
  return new Map(
    found.map((row) => [
      row.account.slice('till:'.length),
      { has: Number(row.has), taken: Number(row.taken), takings: row.takings, paidBack: Number(row.paidBack) },
    ]),
  );
}

async function summariesOf(db: Executor, found: readonly Row[]): Promise<TillSummary[]> {
  const moved = await movedThrough(
    db,
    found.map(({ till }) => till.id),
  );
  return found.map(({ till, ...people }) => {
    const { has = 0, taken = 0, takings = 0, paidBack = 0 } = moved.get(till.id) ?? {};
    const { countedAmount, expectedAmount, variance } = till;
    return {
      ...{ id: till.id, state: till.state, agent: people.agent, counter: till.counter, currency: till.currency },
      openedAt: till.openedAt.toISOString(),
      sums: { float: till.floatAmount, taken, takings, paidBack, expected: has },
      counted:
        countedAmount === null || expectedAmount === null || variance === null
          ? null
          : { amount: countedAmount, expected: expectedAmount, variance, reason: till.reason },
      handedTo: people.next,
      receivedFrom: people.former,
      closedAt: till.closedAt?.toISOString() ?? null,
      closedBy: people.closer,
      notedBy: people.noter,
      notedAt: till.notedAt?.toISOString() ?? null,
    };
  });
}

export async function readTill(db: Executor, id: string): Promise<TillSummary | null> {
  const found = await rows(db).where(eq(tillSessions.id, id));
  return (await summariesOf(db, found))[0] ?? null;
}

/** State of the topic `tills:<office>`. */
export async function readTills(db: Executor, officeId: string, now: Date): Promise<TillsView> {
  const own = eq(tillSessions.officeId, officeId);
  const since = new Date(now.getTime() - 31 * DAY_MS);
  const open = await rows(db)
    .where(and(own, ne(tillSessions.state, 'closed')))
    .orderBy(asc(tillSessions.openedAt));
  const closed = await rows(db)
    .where(and(own, eq(tillSessions.state, 'closed'), gte(tillSessions.closedAt, since)))
    .orderBy(desc(tillSessions.closedAt))
    .limit(CLOSED_LISTED);
  const all = await summariesOf(db, [...open, ...closed]);
  return { open: all.slice(0, open.length), closed: all.slice(open.length) };
}

/** State of the topic `till:<agent>`. */
export async function readOwnTill(db: Executor, agentId: string): Promise<TillView> {
  const [who] = await db.select({ officeId: users.officeId }).from(users).where(eq(users.id, agentId));
  const officeId = who?.officeId;
  const row = await findOpenTill(db, agentId);
  const till = row && (await readTill(db, row.id));
  const offered = await db
    .select({ tillId: tillSessions.id, from: { id: agent.id, name: agent.name }, at: tillSessions.openedAt })
    .from(tillSessions)
    .innerJoin(agent, eq(agent.id, tillSessions.agentId))
    .where(and(eq(tillSessions.handedTo, agentId), eq(tillSessions.state, 'handing_over')));
  const [last] = await db
    .select({ id: tillSessions.id })
    .from(tillSessions)
    .where(and(eq(tillSessions.agentId, agentId), eq(tillSessions.state, 'closed')))
    .orderBy(desc(tillSessions.closedAt))
    .limit(1);
  return {
    till,
    takings: till ? await readTakings(db, eq(cashTakings.tillId, till.id)) : [],
    toPayBack: till && officeId ? await approvedInCash(db, officeId) : [],
    offered: offered.map(({ at, ...offer }) => ({ ...offer, at: at.toISOString() })),
    colleagues: till && officeId ? await freeColleagues(db, officeId, agentId) : [],
    lastClosed: last?.id ?? null,
  };
}

/** One taking; null when that payment was no cash. */
export async function readTaking(db: Executor, intentId: string): Promise<Taking | null> {
  return (await readTakings(db, eq(cashTakings.intentId, intentId)))[0] ?? null;
}

async function readTakings(db: Executor, where: ReturnType<typeof eq>): Promise<Taking[]> {
  const found = await db
    .select({ taking: cashTakings, amount: paymentIntents.amount })
    .from(cashTakings)
    .innerJoin(paymentIntents, eq(paymentIntents.id, cashTakings.intentId))
    .where(where)
    .orderBy(desc(cashTakings.takenAt))
    .limit(LISTED);
  const ids = found.map(({ taking }) => taking.intentId);
  const [items, back] = [await takenItems(db, ids), await refundsOfTakings(db, ids)];
  return found.map(({ taking: { intentId, takenAt, given }, amount }) => ({
    ...{ paymentId: intentId, takenAt: takenAt.toISOString(), amount, given, change: given - amount },
    items: items.get(intentId) ?? [],
    refund: back.get(intentId) ?? null,
  }));
}

async function takenItems(db: Executor, intentIds: readonly string[]): Promise<Map<string, Taking['items']>> {
  const byIntent = new Map<string, Taking['items']>();
  if (intentIds.length === 0) return byIntent;
  const found = await db
    .select({ item: paymentItems, receipt: receipts, revokedAt: receiptRevocations.revokedAt })
    .from(paymentItems)
    .innerJoin(receipts, eq(receipts.itemId, paymentItems.id))
    .leftJoin(receiptRevocations, eq(receiptRevocations.reference, receipts.reference))
    .where(inArray(paymentItems.intentId, [...intentIds]))
    .orderBy(asc(receipts.number));
  for (const { item, receipt, revokedAt } of found) {
    const { id, plate, country, fiscalYear, amount } = item;
    const view = {
      reference: receipt.reference,
      number: receiptNumber(receipt.series, receipt.year, receipt.number),
      signed: receipt.signature !== null,
      revokedAt: revokedAt?.toISOString() ?? null,
    };
    byIntent.set(item.intentId, [
      ...(byIntent.get(item.intentId) ?? []),
      { id, plate, country, fiscalYear, amount, receipt: view },
    ]);
  }
  return byIntent;
}

/** The newest refund of each taking that was not withdrawn. */
async function refundsOfTakings(db: Executor, intentIds: readonly string[]): Promise<Map<string, Taking['refund']>> {
  if (intentIds.length === 0) return new Map();
  const found = await db
    .select({ refund: refunds, proposer: { id: agent.id, name: agent.name }, decider: { id: next.id, name: next.name } })
    .from(refunds)
    .leftJoin(agent, eq(agent.id, refunds.proposedBy))
    .leftJoin(next, eq(next.id, refunds.decidedBy))
    .where(and(inArray(refunds.intentId, [...intentIds]), ne(refunds.state, 'withdrawn')))
    .orderBy(asc(refunds.proposedAt));
  return new Map(
    found.map(({ refund: { id, intentId, state, amount }, proposer, decider }) => [
      intentId,
      {
        ...{ id, amount, proposedBy: proposer, decidedBy: decider },
        state: state === 'proposed' || state === 'rejected' ? state : state === 'succeeded' ? 'paid' : 'approved',
      },
    ]),
  );
}

/** Refunds of an office's cash that were approved and are still to be given, oldest first. */
async function approvedInCash(db: Executor, officeId: string): Promise<TillView['toPayBack']> {
  const found = await db
    .select({
      refundId: refunds.id,
      paymentId: refunds.intentId,
      amount: refunds.amount,
      approvedBy: next.name,
      plates: sql<string[]>`array_agg(${paymentItems.plate} order by ${paymentItems.plate})`,
    })
    .from(refunds)
    .innerJoin(cashTakings, eq(cashTakings.intentId, refunds.intentId))
    .innerJoin(next, eq(next.id, refunds.decidedBy))
    .innerJoin(refundItems, eq(refundItems.refundId, refunds.id))
    .innerJoin(paymentItems, eq(paymentItems.id, refundItems.itemId))
    .where(and(eq(cashTakings.officeId, officeId), eq(refunds.state, 'approved'), isNull(refunds.handBy)))
    .groupBy(refunds.id, next.name)
    .orderBy(asc(refunds.decidedAt))
    .limit(20);
  return found;
}

/** The closing report; null when there is no such till. */
export async function readTillReport(db: Executor, id: string, now: Date): Promise<(TillReport & { agentId: string }) | null> {
  const till = await readTill(db, id);
  const [row] = await db
    .select({ session: tillSessions, office: offices })
    .from(tillSessions)
    .innerJoin(offices, eq(offices.id, tillSessions.officeId))
    .where(eq(tillSessions.id, id));
  if (!till || !row) return null;
  const { office, session } = row;
  const lines = await db
    .select({ account: ledgerEntries.account, amount: sql<string>`sum(${ledgerEntries.credit})` })
    .from(ledgerEntries)
    .innerJoin(paymentIntents, eq(paymentIntents.id, ledgerEntries.intentId))
    .where(
      and(eq(paymentIntents.tillId, id), sql`${ledgerEntries.refundId} is null and ${ledgerEntries.account} like 'revenue:%'`),
    )
    .groupBy(ledgerEntries.account)
    .orderBy(ledgerEntries.account);
  const numbers = await db
    .select({ series: receipts.series, year: receipts.year, number: receipts.number })
    .from(receipts)
    .innerJoin(paymentIntents, eq(paymentIntents.id, receipts.intentId))
    .where(eq(paymentIntents.tillId, id))
    .orderBy(asc(receipts.year), asc(receipts.number));
  const [first, last] = [numbers[0], numbers.at(-1)];
  return {
    till,
    office: { id: office.id, code: office.code, name: office.name, city: office.city },
    float: session.float,
    count: session.count,
    lines: lines.map(({ account, amount }) => ({ kind: account.slice('revenue:'.length), amount: Number(amount) })),
    receipts: {
      count: numbers.length,
      first: first ? receiptNumber(first.series, first.year, first.number) : null,
      last: last ? receiptNumber(last.series, last.year, last.number) : null,
    },
    asOf: now.toISOString(),
    agentId: session.agentId,
  };
}

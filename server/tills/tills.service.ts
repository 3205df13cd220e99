import { randomUUID } from 'node:crypto';
import { appendAudit } from '#db/audit.repository.ts';
import type { Db, Tx } from '#db/connect.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { insertLedger } from '#db/postings.repository.ts';
import { readTill, readTillReport } from '#db/till-views.repository.ts';
import {
  balanceOfTill,
  counterLabelOf,
  findOpenTill,
  findTillByKey,
  freeColleagues,
  insertTill,
  lockTill,
  seriesOfOffice,
  updateTill,
  type TillRow,
} from '#db/tills.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type {
  CashCount,
  CloseAbsentTill,
  CloseTill,
  HandOverTill,
  OpenTill,
  ReceiveTill,
  TillReport,
  TillSummary,
} from '#shared/contracts/tills.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import type { LedgerLine } from '#shared/domain/payments/posting.ts';
import { can, type Actor } from '#shared/domain/policy.ts';
import { amountOf, isCashOf, normaliseCount } from '#shared/domain/tills/cash.ts';
import { countedLines, floatLines } from '#shared/domain/tills/till-posting.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { tillChange, tillsChange } from './till-events.ts';

export interface TillsDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  country: Country;
}

/** Who has a drawer: staff of an office. */
export interface TillAgent extends Actor {
  officeId: string;
}

/**
 * What happens to a drawer. A till of another agent or office does not exist for who asks: TILL_NOT_FOUND. What was counted wrongly by kind
 * of note is CASH_NOT_OURS.
 */
export interface TillsService {
  /** The same key answers with the same till. @throws AppError TILL_OPEN_ALREADY, CASH_NOT_OURS, IDEMPOTENCY_CONFLICT */
  open(agent: TillAgent, order: OpenTill): Promise<TillSummary>;
  /**
   * Counts, and puts the cash into the safe. Closed again with the same count, it is that closing.
   * @throws AppError TILL_NOT_OPEN, TILL_VARIANCE_UNEXPLAINED (with `variance`)
   */
  close(agent: TillAgent, order: CloseTill): Promise<TillSummary>;
  /**
   * The same for an agent of the office who is not there: a supervisor counts, says why, and is not who takes note of a variance. Also what
   * the agent had offered to a colleague who did not take it. @throws AppError TILL_NOT_FOUND, TILL_OWN, TILL_NOT_OPEN
   */
  closeAbsent(supervisor: TillAgent, order: CloseAbsentTill): Promise<TillSummary>;
  /** Counts, and offers the cash to a colleague. @throws as close, AGENT_NOT_FOUND (not here, or has a till) */
  handOver(agent: TillAgent, order: HandOverTill): Promise<TillSummary>;
  /** Takes back what nobody has taken over yet. @throws AppError TILL_NOT_OPEN */
  keep(agent: TillAgent, tillId: string): Promise<TillSummary>;
  /** Opens a till with what a colleague offers, counted again. @throws AppError TILL_COUNTS_DIFFER, TILL_OPEN_ALREADY */
  receive(agent: TillAgent, order: ReceiveTill): Promise<TillSummary>;
  /** A supervisor takes note of a variance. @throws AppError TILL_NOT_FOUND, TILL_NOTED_ALREADY, TILL_NOTHING_TO_NOTE, TILL_OWN */
  note(supervisor: Actor, tillId: string): Promise<TillSummary>;
  /** @throws AppError TILL_NOT_FOUND, also for what is not this person's to see */
  report(viewer: Actor, tillId: string): Promise<TillReport>;
}

export function createTillsService({ db, notifier, clock, country }: TillsDeps): TillsService {
  async function committed<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const result = await db.transaction(work);
    notifier.wake();
    return result;
  }

  function counted(count: CashCount): { count: CashCount; amount: number } {
    if (!isCashOf(count, country)) throw new AppError('CASH_NOT_OURS');
    return { count: normaliseCount(count), amount: amountOf(count) };
  }

  /** A till's own posting; none when nothing moves. */
  const post = async (tx: Tx, tillId: string, lines: readonly LedgerLine[], at: Date): Promise<void> => {
    if (lines.length > 0)
      await insertLedger(tx, { id: randomUUID(), intentId: null, tillId, currency: country.currency.code, at, lines });
  };

  const audit = (tx: Tx, actor: Actor, action: string, tillId: string, details: Record<string, string | number>): Promise<void> =>
    appendAudit(tx, { actorId: actor.userId, action, entity: 'till', entityId: tillId, details });

  async function tell(tx: Tx, till: Pick<TillRow, 'id' | 'officeId'>, agentIds: readonly string[]): Promise<void> {
    const changes = [...new Set(agentIds)].map(tillChange);
    await appendOutbox(tx, 'till.changed', { tillId: till.id, officeId: till.officeId }, [
      ...changes,
      tillsChange(till.officeId),
    ]);
  }

  async function view(tx: Tx | Db, id: string): Promise<TillSummary> {
    const found = await readTill(tx, id);
    if (!found) throw new Error(`no till ${id}`);
    return found;
  }

  /** One's own till, locked. */
  async function own(tx: Tx, agent: TillAgent, tillId: string): Promise<TillRow> {
    const till = await lockTill(tx, tillId);
    if (till?.agentId !== agent.userId || till.officeId !== agent.officeId) throw new AppError('TILL_NOT_FOUND');
    return till;
  }

  /** What is counted of a till that takes nothing more, against what the ledger says. */
  async function countOut(tx: Tx, till: TillRow, order: { count: CashCount; reason: string }) {
    if (till.state !== 'open') throw new AppError('TILL_NOT_OPEN');
    return countNow(tx, till, order);
  }

  async function countNow(tx: Tx, till: TillRow, order: { count: CashCount; reason: string }) {
    const { count, amount: countedAmount } = counted(order.count);
    const expectedAmount = await balanceOfTill(tx, till.id);
    const variance = countedAmount - expectedAmount;
    if (variance !== 0 && order.reason.length < 3) throw new AppError('TILL_VARIANCE_UNEXPLAINED', { variance });
    return { count, countedAmount, expectedAmount, variance, reason: variance === 0 ? '' : order.reason };
  }

  async function refuseSecond(tx: Tx, agent: TillAgent): Promise<void> {
    if (await findOpenTill(tx, agent.userId)) throw new AppError('TILL_OPEN_ALREADY');
  }

  /** A till opened by a press of the same key before; null: none. */
  async function openedBefore(tx: Tx, agent: TillAgent, key: string, amount: number): Promise<TillSummary | null> {
    const before = await findTillByKey(tx, agent.userId, key);
    if (before && before.floatAmount !== amount) throw new AppError('IDEMPOTENCY_CONFLICT');
    return before && view(tx, before.id);
  }

  async function opened(
    tx: Tx,
    agent: TillAgent,
    from: { idempotencyKey: string; count: CashCount; amount: number; receivedFrom: string | null; at: Date },
  ): Promise<TillRow> {
    const { idempotencyKey, count: float, amount: floatAmount, receivedFrom, at: openedAt } = from;
    await seriesOfOffice(tx, agent.officeId);
    const till = await insertTill(tx, {
      ...{ officeId: agent.officeId, agentId: agent.userId, counter: await counterLabelOf(tx, agent.userId) },
      ...{ currency: country.currency.code, idempotencyKey, openedAt, float, floatAmount, receivedFrom },
    });
    if (!till) throw new AppError('TILL_OPEN_ALREADY');
    return till;
  }

  return {
    open: (agent, { idempotencyKey, float }) =>
      committed(async (tx) => {
        const { count, amount } = counted(float);
        const before = await openedBefore(tx, agent, idempotencyKey, amount);
        if (before) return before;
        await refuseSecond(tx, agent);
        const at = clock();
        const till = await opened(tx, agent, { idempotencyKey, count, amount, receivedFrom: null, at });
        await post(tx, till.id, floatLines(till.id, agent.officeId, amount), at);
        await audit(tx, agent, 'till.opened', till.id, { float: amount });
        await tell(tx, till, [agent.userId]);
        return view(tx, till.id);
      }).catch(async (error: unknown) => {
        // Of two presses at once the second meets the first one's row: it answers as that one did.
        const before =
          error instanceof AppError && error.code === 'TILL_OPEN_ALREADY'
            ? await findTillByKey(db, agent.userId, idempotencyKey)
            : null;
        if (before?.floatAmount !== amountOf(float)) throw error;
        return view(db, before.id);
      }),

    close: (agent, { tillId, ...order }) =>
      committed(async (tx) => {
        const till = await own(tx, agent, tillId);
        const same = till.state === 'closed' && till.handedTo === null && till.countedAmount === amountOf(order.count);
        if (same) return view(tx, tillId);
        const result = await countOut(tx, till, order);
        const at = clock();
        const { countedAmount, expectedAmount, variance } = result;
        const lines = countedLines(tillId, { safe: till.officeId }, { counted: countedAmount, expected: expectedAmount });
        await post(tx, tillId, lines, at);
        await updateTill(tx, tillId, { ...result, state: 'closed', closedAt: at });
        await audit(tx, agent, 'till.closed', tillId, { counted: countedAmount, expected: expectedAmount, variance });
        await tell(tx, till, [agent.userId]);
        return view(tx, tillId);
      }),

    closeAbsent: (supervisor, { tillId, ...order }) =>
      committed(async (tx) => {
        const till = await lockTill(tx, tillId);
        if (!till || !can(supervisor, 'till.close_absent', { officeId: till.officeId })) throw new AppError('TILL_NOT_FOUND');
        if (till.agentId === supervisor.userId) throw new AppError('TILL_OWN');
        if (till.closedBy === supervisor.userId && till.countedAmount === amountOf(order.count)) return view(tx, tillId);
        if (till.state === 'closed') throw new AppError('TILL_NOT_OPEN');
        const result = { ...(await countNow(tx, till, order)), reason: order.reason };
        const at = clock();
        const { countedAmount, expectedAmount, variance } = result;
        const lines = countedLines(tillId, { safe: till.officeId }, { counted: countedAmount, expected: expectedAmount });
        await post(tx, tillId, lines, at);
        await updateTill(tx, tillId, { ...result, handedTo: null, state: 'closed', closedAt: at, closedBy: supervisor.userId });
        await audit(tx, supervisor, 'till.closed_absent', tillId, {
          ...{ counted: countedAmount, expected: expectedAmount, variance, agent: till.agentId },
        });
        await tell(tx, till, [till.agentId, ...(till.handedTo ? [till.handedTo] : [])]);
        return view(tx, tillId);
      }),

    handOver: (agent, { tillId, toAgentId, ...order }) =>
      committed(async (tx) => {
        const till = await own(tx, agent, tillId);
        const result = await countOut(tx, till, order);
        const colleagues = await freeColleagues(tx, agent.officeId, agent.userId);
        if (!colleagues.some(({ id }) => id === toAgentId)) throw new AppError('AGENT_NOT_FOUND');
        await updateTill(tx, tillId, { ...result, state: 'handing_over', handedTo: toAgentId });
        await audit(tx, agent, 'till.offered', tillId, { counted: result.countedAmount, to: toAgentId });
        await tell(tx, till, [agent.userId, toAgentId]);
        return view(tx, tillId);
      }),

    keep: (agent, tillId) =>
      committed(async (tx) => {
        const till = await own(tx, agent, tillId);
        if (till.state !== 'handing_over') throw new AppError('TILL_NOT_OPEN');
        const none = { count: null, countedAmount: null, expectedAmount: null, variance: null, reason: '', handedTo: null };
        await updateTill(tx, tillId, { ...none, state: 'open' });
        await audit(tx, agent, 'till.kept', tillId, {});
        await tell(tx, till, [agent.userId, ...(till.handedTo ? [till.handedTo] : [])]);
        return view(tx, tillId);
      }),

    async receive(agent, { tillId, idempotencyKey, count: given }) {
      const { count, amount } = counted(given);
      const done = await committed(async (tx) => {
        const till = await lockTill(tx, tillId);
        if (till?.handedTo !== agent.userId || till.officeId !== agent.officeId) throw new AppError('TILL_NOT_FOUND');
        const before = await openedBefore(tx, agent, idempotencyKey, amount);
        if (before) return before;
        if (till.state !== 'handing_over' || till.expectedAmount === null) throw new AppError('TILL_NOT_OPEN');
        await refuseSecond(tx, agent);
        if (amount !== till.countedAmount) {
          // Kept, although it is refused: who counts until it fits is seen.
          await audit(tx, agent, 'till.counts_differed', tillId, { counted: amount });
          return null;
        }
        const at = clock();
        const next = await opened(tx, agent, { idempotencyKey, count, amount, receivedFrom: tillId, at });
        await post(tx, tillId, countedLines(tillId, { till: next.id }, { counted: amount, expected: till.expectedAmount }), at);
        await updateTill(tx, tillId, { state: 'closed', closedAt: at });
        await audit(tx, agent, 'till.received', next.id, { float: amount, from: tillId });
        await tell(tx, next, [agent.userId, till.agentId]);
        return view(tx, next.id);
      });
      if (!done) throw new AppError('TILL_COUNTS_DIFFER');
      return done;
    },

    note: (supervisor, tillId) =>
      committed(async (tx) => {
        const till = await lockTill(tx, tillId);
        if (!till || !can(supervisor, 'till.note', { officeId: till.officeId })) throw new AppError('TILL_NOT_FOUND');
        if (till.agentId === supervisor.userId || till.closedBy === supervisor.userId) throw new AppError('TILL_OWN');
        if (till.state !== 'closed' || till.variance === 0) throw new AppError('TILL_NOTHING_TO_NOTE');
        if (till.notedBy) throw new AppError('TILL_NOTED_ALREADY');
        await updateTill(tx, tillId, { notedBy: supervisor.userId, notedAt: clock() });
        await audit(tx, supervisor, 'till.noted', tillId, { variance: till.variance ?? 0 });
        await tell(tx, till, [till.agentId]);
        return view(tx, tillId);
      }),

    async report(viewer, tillId) {
      const found = await db.transaction((tx) => readTillReport(tx, tillId, clock()), {
        isolationLevel: 'repeatable read',
        accessMode: 'read only',
      });
      const { agentId: ownerId, ...report } = found ?? { agentId: '', office: { id: '' } };
      if (!found || !can(viewer, 'till.read', { ownerId, officeId: report.office.id })) throw new AppError('TILL_NOT_FOUND');
      const { agentId: _agentId, ...view } = found;
      return view;
    },
  };
}

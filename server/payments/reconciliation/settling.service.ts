import { appendAudit } from '#db/audit.repository.ts';
import type { Db, Tx } from '#db/connect.ts';
import {
  decisionsOf,
  insertCorrection,
  insertDecision,
  lockDifference,
  setDifferenceState,
  type DecisionRow,
  type DifferenceRow,
} from '#db/reconciliation.repository.ts';
import { readDifference } from '#db/reconciliation-views.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import {
  CORRECTED_FOR,
  type DecideCorrection,
  type DifferenceView,
  type ExplainDifference,
  type ProposeCorrection,
} from '#shared/contracts/reconciliation.ts';
import type { z } from 'zod';
import { correctionLines } from '#shared/domain/payments/correction.ts';
import { can, type Action, type Actor } from '#shared/domain/policy.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { tellOfReconciliation } from './reconciliation-events.ts';

export interface SettlingDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
}

/** What people do about differences. Each asks the policy first (FORBIDDEN). @throws AppError DIFFERENCE_NOT_FOUND, DIFFERENCE_STATE_CONFLICT */
export interface SettlingService {
  /** Settles one of which no money moves. */
  explain(actor: Actor, input: z.output<typeof ExplainDifference>): Promise<DifferenceView>;
  /** @throws AppError DIFFERENCE_AMOUNT_CHANGED, DIFFERENCE_WITHOUT_AMOUNT (nothing that could be posted) */
  propose(actor: Actor, input: z.output<typeof ProposeCorrection>): Promise<DifferenceView>;
  /** Posts the correction, or opens the difference again. @throws AppError DIFFERENCE_SAME_PERSON */
  decide(actor: Actor, input: z.output<typeof DecideCorrection>): Promise<DifferenceView>;
}

export function createSettlingService({ db, notifier, clock }: SettlingDeps): SettlingService {
  async function act(
    actor: Actor,
    action: Action,
    id: string,
    from: DifferenceRow['state'],
    work: (tx: Tx, difference: DifferenceRow, before: readonly DecisionRow[], at: Date) => Promise<string>,
  ): Promise<DifferenceView> {
    if (!can(actor, action)) throw new AppError('FORBIDDEN');
    const view = await db.transaction(async (tx) => {
      const difference = await lockDifference(tx, id);
      if (!difference) throw new AppError('DIFFERENCE_NOT_FOUND');
      if (difference.state !== from) throw new AppError('DIFFERENCE_STATE_CONFLICT', { state: difference.state });
      const done = await work(tx, difference, await decisionsOf(tx, id), clock());
      const { kind, provider, delta } = difference;
      await appendAudit(tx, {
        ...{ actorId: actor.userId, action: `difference.${done}`, entity: 'difference', entityId: id },
        details: { kind, provider, delta },
      });
      await tellOfReconciliation(tx, 'difference.decided', { differenceId: id });
      const read = await readDifference(tx, id);
      if (!read) throw new Error(`no difference ${id}`);
      return read;
    });
    notifier.wake();
    return view;
  }

  return {
    explain: (actor, { differenceId: id, reason, note }) =>
      act(actor, 'reconciliation.settle', id, 'open', async (tx, _difference, before, at) => {
        const decision = { differenceId: id, ordinal: before.length, by: actor.userId, reason, note, at };
        await insertDecision(tx, { ...decision, action: 'explained' });
        await setDifferenceState(tx, id, 'settled');
        return 'explained';
      }),

    propose: (actor, { differenceId: id, reason, note, amount }) =>
      act(actor, 'reconciliation.settle', id, 'open', async (tx, { delta }, before, at) => {
        if (delta === 0) throw new AppError('DIFFERENCE_WITHOUT_AMOUNT');
        if (delta !== amount) throw new AppError('DIFFERENCE_AMOUNT_CHANGED', { amount: delta });
        const decision = { differenceId: id, ordinal: before.length, by: actor.userId, reason, note, at };
        await insertDecision(tx, { ...decision, action: 'proposed' });
        await setDifferenceState(tx, id, 'proposed');
        return 'proposed';
      }),

    decide: (actor, { differenceId: id, agreed, note }) =>
      act(actor, 'reconciliation.approve', id, 'proposed', async (tx, difference, before, at) => {
        const proposal = before.at(-1);
        const reason = CORRECTED_FOR.find((one) => one === proposal?.reason);
        if (proposal?.action !== 'proposed' || !reason) throw new Error(`difference ${id} has no proposal`);
        if (proposal.by === actor.userId) throw new AppError('DIFFERENCE_SAME_PERSON');
        const { provider, delta, currency } = difference;
        const postingId = agreed ? await insertCorrection(tx, id, currency, correctionLines(provider, delta, reason), at) : null;
        await insertDecision(tx, {
          ...{ differenceId: id, ordinal: before.length, action: agreed ? 'approved' : 'refused', by: actor.userId },
          ...{ proposedBy: proposal.by, note, postingId, at },
        });
        await setDifferenceState(tx, id, agreed ? 'settled' : 'open');
        return agreed ? 'approved' : 'refused';
      }),
  };
}

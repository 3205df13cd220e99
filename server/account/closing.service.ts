import { randomUUID } from 'node:crypto';
import {
  closeUser,
  countHoldings,
  eraseDocuments,
  erasePayerTraces,
  eraseRest,
  leaveVehicles,
  lockUserWhole,
} from '#db/account-closing.repository.ts';
import { contactsOf, deleteAllSessions } from '#db/account.repository.ts';
import { appendAudit } from '#db/audit.repository.ts';
import type { Db, Executor } from '#db/connect.ts';
import { readCredential } from '#db/identity.repository.ts';
import { insertMessage } from '#db/messages.repository.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { readHistory } from '#db/payment-views.repository.ts';
import type { ClosingView } from '#shared/contracts/account.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { isOpen } from '#shared/domain/payments/intent-state.ts';
import type { PasswordCheck } from '../identity/password-check.ts';
import type { Viewer } from '../live/topic.ts';
import type { TransfersService } from '../transfers/transfers.service.ts';

export interface ClosingDeps {
  db: Db;
  clock: () => Date;
  checkOwnPassword: PasswordCheck;
  transfers: Pick<TransfersService, 'cancelAllOf'>;
  /** Called after the commit: the sessions are dead everywhere. */
  onSessionsEnded: (sessionIds: readonly string[]) => Promise<void>;
}

export interface ClosingService {
  /** What stands in the way, and what will be let go. */
  look(viewer: Viewer): Promise<ClosingView>;
  /**
   * Closes the viewer's account: in one transaction all that names them is erased; payments, ledger, receipts and the register of
   * vehicles stay under an id that names nobody. The store's files are given up with it and deleted by the upkeep.
   * @throws AppError INVALID_CREDENTIALS, ACCOUNT_PAYMENT_UNDER_WAY, ACCOUNT_OF_STAFF, RATE_LIMITED
   */
  close(viewer: Viewer, password: string): Promise<void>;
}

export function createClosingService(deps: ClosingDeps): ClosingService {
  const { db, clock } = deps;

  async function lookAtPayments(tx: Executor, userId: string): Promise<{ underWay: number; receipts: number }> {
    const history = await readHistory(tx, userId, new Date(0));
    const underWay = history.filter(({ state, refunds }) => {
      const paidBack = refunds.some(({ stage }) => stage === 'paid_back');
      const waits = refunds.some(({ stage }) => stage === 'proposed' || stage === 'under_way');
      return isOpen(state) || waits || (state === 'reconciled' && !paidBack);
    });
    return { underWay: underWay.length, receipts: history.flatMap(({ items }) => items.filter(({ receipt }) => receipt)).length };
  }

  return {
    async look({ userId }) {
      const { underWay: paymentsUnderWay, receipts } = await lookAtPayments(db, userId);
      return { paymentsUnderWay, receipts, ...(await countHoldings(db, userId)) };
    },

    async close(viewer, password) {
      const { userId } = viewer;
      if (viewer.role !== 'citizen') throw new AppError('ACCOUNT_OF_STAFF');
      const checked = await deps.checkOwnPassword(viewer, password);
      const ended = await db.transaction(async (tx) => {
        const user = await lockUserWhole(tx, userId);
        if (!user || user.closedAt) throw new AppError('UNAUTHENTICATED');
        if (user.role !== 'citizen') throw new AppError('ACCOUNT_OF_STAFF');
        if ((await readCredential(tx, userId, 'update'))?.passwordHash !== checked.passwordHash) throw new AppError('CONFLICT');
        const { underWay } = await lookAtPayments(tx, userId);
        if (underWay > 0) throw new AppError('ACCOUNT_PAYMENT_UNDER_WAY', { count: underWay });
        const at = clock();
        const { email, phone, locale } = await contactsOf(tx, userId);
        const sessions = await deleteAllSessions(tx, userId, 'account_closed');
        await eraseDocuments(tx, userId, at);
        await deps.transfers.cancelAllOf(tx, userId);
        await leaveVehicles(tx, userId, at);
        await erasePayerTraces(tx, userId);
        await eraseRest(
          tx,
          userId,
          [email, phone].filter((address) => address !== null),
          at,
        );
        await closeUser(tx, userId, at);
        const messageId = randomUUID();
        const [channel, recipient] = email !== null ? (['email', email] as const) : (['sms', phone ?? ''] as const);
        await insertMessage(tx, { id: messageId, channel, recipient, locale, template: 'account_closed', params: {} });
        await appendAudit(tx, { actorId: userId, action: 'user.closed', entity: 'user', entityId: userId });
        await appendOutbox(tx, 'message.requested', { messageId });
        await appendOutbox(tx, 'user.closed', { userId });
        return sessions;
      });
      await deps.onSessionsEnded(ended);
    },
  };
}

import type { LimitRule, RateLimit } from '../http/rate-limits.ts';
import type { CommandHandlers } from '../sockets/commands.ts';
import type { TransfersService } from './transfers.service.ts';

/** Codes that one person may try: of 2^40 there are, nobody finds one that was not shown to them. */
export const CODE_TRY_LIMIT: LimitRule = { points: 20, seconds: 3600 };
/** Each starting tells the screens and the buyer anew. */
export const TRANSFER_LIMIT: LimitRule = { points: 60, seconds: 3600 };

type Names = 'transfer:start' | 'transfer:code' | 'transfer:look-up' | 'transfer:accept' | 'transfer:confirm' | 'transfer:cancel';

/** Socket commands of transfers. The use-cases refuse who takes no part. */
export function createTransferHandlers({
  transfers,
  codeLimit,
  startLimit,
}: {
  transfers: TransfersService;
  codeLimit: RateLimit;
  startLimit: RateLimit;
}): CommandHandlers<Names> {
  return {
    'transfer:start': async ({ viewer }, { vehicleId }) => {
      await startLimit.consume(viewer.userId);
      return transfers.start(viewer.userId, vehicleId);
    },
    'transfer:code': async ({ viewer }, { transferId }) => ({ code: await transfers.code(viewer.userId, transferId) }),
    'transfer:look-up': async ({ viewer }, { code }) => {
      await codeLimit.consume(viewer.userId);
      return transfers.lookUp(viewer.userId, code);
    },
    'transfer:accept': async ({ viewer }, { code }) => {
      await codeLimit.consume(viewer.userId);
      return transfers.accept(viewer.userId, code);
    },
    'transfer:confirm': ({ viewer }, { transferId, version }) => transfers.confirm(viewer.userId, transferId, version),
    'transfer:cancel': ({ viewer }, { transferId }) => transfers.cancel(viewer.userId, transferId),
  };
}

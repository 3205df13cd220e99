import type { CommandName } from '#shared/contracts/commands.ts';
import type { CommandHandlers } from '../../sockets/commands.ts';
import { requireAction } from '../../sockets/require-action.ts';
import type { SettlingService } from './settling.service.ts';

/** Socket commands about differences with providers' statements, of the staff alone. */
export function createReconciliationHandlers({
  settling,
}: {
  settling: SettlingService;
}): CommandHandlers<CommandName & `reconciliation:${string}`> {
  return {
    'reconciliation:explain': requireAction('reconciliation.settle', ({ viewer }, input) => settling.explain(viewer, input)),
    'reconciliation:propose': requireAction('reconciliation.settle', ({ viewer }, input) => settling.propose(viewer, input)),
    'reconciliation:decide': requireAction('reconciliation.approve', ({ viewer }, input) => settling.decide(viewer, input)),
  };
}

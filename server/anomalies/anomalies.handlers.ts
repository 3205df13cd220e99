import type { CommandName } from '#shared/contracts/commands.ts';
import type { CommandHandlers } from '../sockets/commands.ts';
import { requireAction } from '../sockets/require-action.ts';
import type { AnomaliesService } from './anomalies.service.ts';

export function createAnomalyHandlers({
  anomalies,
}: {
  anomalies: AnomaliesService;
}): CommandHandlers<CommandName & `anomaly:${string}`> {
  return {
    'anomaly:settle': requireAction('anomaly.settle', ({ viewer }, input) => anomalies.settle(viewer, input)),
  };
}

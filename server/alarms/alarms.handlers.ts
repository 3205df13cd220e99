import type { CommandName } from '#shared/contracts/commands.ts';
import type { CommandHandlers } from '../sockets/commands.ts';
import { requireAction } from '../sockets/require-action.ts';
import type { AlarmsService } from './alarms.service.ts';

/** Socket commands about alarms, of the staff alone. */
export function createAlarmHandlers({
  alarms,
}: {
  alarms: AlarmsService;
}): CommandHandlers<CommandName & (`alarm:${string}` | `alarm-rule:${string}`)> {
  return {
    'alarm:acknowledge': requireAction('alarm.acknowledge', ({ viewer }, input) => alarms.acknowledge(viewer, input)),
    'alarm-rule:set': requireAction('alarm.manage', async ({ viewer }, input) => {
      await alarms.setRule(viewer, input);
      return null;
    }),
  };
}

import { AppError } from '#shared/contracts/errors.ts';
import { can } from '#shared/domain/policy.ts';
import type { Viewer } from '../live/topic.ts';
import type { CommandHandlers } from '../sockets/commands.ts';
import type { OfficeSettingsService } from './office.service.ts';

/** Socket commands about an office itself: of its supervisor, and of administrators for every office. */
export function createOfficeHandlers({
  settings,
}: {
  settings: OfficeSettingsService;
}): CommandHandlers<'office:read' | 'office:set'> {
  const require = (viewer: Viewer, officeId: string): void => {
    if (!can(viewer, 'office.manage', { officeId })) throw new AppError('FORBIDDEN');
  };
  return {
    'office:read': async ({ viewer }, { officeId }) => {
      require(viewer, officeId);
      return settings.read(officeId);
    },
    'office:set': async ({ viewer }, { officeId, change }) => {
      require(viewer, officeId);
      return settings.set(viewer.userId, officeId, change);
    },
  };
}

import type { CommandHandlers } from '../sockets/commands.ts';
import type { NoticesService } from './notices.service.ts';

/** Socket commands about notices. */
export function createNoticeHandlers({ notices }: { notices: NoticesService }): CommandHandlers<'notice:mark-read'> {
  return {
    'notice:mark-read': async ({ viewer }, which) => {
      await notices.markRead(viewer.userId, 'all' in which ? null : which.noticeId);
      return null;
    },
  };
}

import type { RateLimit } from '../http/rate-limits.ts';
import type { CommandHandlers } from '../sockets/commands.ts';
import { requireAction } from '../sockets/require-action.ts';
import type { ClaimsService } from './claims.service.ts';
import type { SearchService } from './search.service.ts';
import type { SearchTally } from './search-tally.ts';

/** Searches of one person: five keys a second for a whole minute. */
export const SEARCH_LIMIT = { points: 300, seconds: 60 };

export interface RegisterHandlersDeps {
  search: SearchService;
  claims: ClaimsService;
  tally: SearchTally;
  /** By user. */
  searchLimit: RateLimit;
}

/** Socket commands of the staff about the register. */
export function createRegisterHandlers({
  search,
  claims,
  tally,
  searchLimit,
}: RegisterHandlersDeps): CommandHandlers<'search:find' | 'search:vehicles-of' | 'claim:decide' | 'vehicle:note'> {
  const counted = async (userId: string): Promise<void> => {
    await searchLimit.consume(userId);
    await tally.count(userId);
  };
  return {
    'search:find': requireAction('register.search', async ({ viewer }, { query }) => {
      await counted(viewer.userId);
      return search.find(viewer, query);
    }),
    'claim:decide': requireAction('claim.decide', async ({ viewer }, order) => {
      await claims.decide(viewer.userId, order);
      return null;
    }),
    'vehicle:note': requireAction('register.annotate', async ({ viewer }, note) => {
      await claims.note(viewer.userId, note);
      return null;
    }),
    'search:vehicles-of': requireAction('register.read_file', async ({ viewer }, { userId }) => {
      await counted(viewer.userId);
      return search.vehiclesOf(userId);
    }),
  };
}

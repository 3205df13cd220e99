import { readDashboardState, readOffices } from '#db/dashboard.repository.ts';
import { asSystem } from '#db/scope.ts';
import { DashboardScope, NATIONAL } from '#shared/contracts/dashboards.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { can } from '#shared/domain/policy.ts';
import type { TopicDefinition } from '../live/topic.ts';
import { partsOf, scopesOf } from './compose-view.ts';
import type { Dashboards } from './dashboards.service.ts';
import type { WallPasses } from './wall-passes.ts';

/** What was told longer ago is read anew for who comes: of scopes that nobody looks at, little is told. Milliseconds. */
const TOLD_LATELY_MS = 2_000;

/** `dashboard:<scope>`: an office for who may see that office, a region and the nation for who may see them all. */
export const createDashboardTopic = (deps: {
  dashboards: Dashboards;
  clock: () => Date;
  timeZone: string;
  /** Of screens on walls, which are nobody's. */
  walls: Pick<WallPasses, 'isOf'>;
}): TopicDefinition<'dashboard'> => ({
  name: 'dashboard',
  source: 'database',
  guests: true,
  async authorise(db, viewer, key) {
    const scope = DashboardScope.safeParse(key);
    if (!scope.success) return null;
    const parts = partsOf(scope.data);
    const may = viewer.guest
      ? deps.walls.isOf(viewer.pass ?? '', scope.data, civilDate(deps.clock(), deps.timeZone))
      : can(viewer, 'dashboard.read', { officeId: parts.kind === 'office' ? parts.officeId : null });
    if (!may) return null;
    return scope.data === NATIONAL || scopesOf(await readOffices(db)).includes(scope.data) ? 'staff' : null;
  },
  async snapshot(tx, key) {
    const scope = DashboardScope.parse(key);
    const told = await readDashboardState(tx, scope);
    if (told && deps.clock().getTime() - told.asOf.getTime() < TOLD_LATELY_MS) return told.state;
    // Numbers alone, of what is everybody's.
    const view = await asSystem(tx, () => deps.dashboards.read(tx, scope));
    if (!view) throw new AppError('NOT_FOUND');
    return view;
  },
});

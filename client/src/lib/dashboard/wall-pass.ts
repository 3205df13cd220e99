import type { DashboardScope, WallPass } from '#shared/contracts/dashboards.ts';
import { request } from '$lib/api.ts';

const kept = (scope: DashboardScope): string => `vignette-wall-${scope}`;

/** What lets this browser show a dashboard on a wall; null: nobody set it up. */
export function wallPass(scope: DashboardScope): string | null {
  try {
    return localStorage.getItem(kept(scope));
  } catch {
    return null;
  }
}

/** Makes this browser a screen on a wall, for who is signed in and may see the dashboard. */
export async function setUpWall(scope: DashboardScope): Promise<void> {
  const { pass } = await request<WallPass>('POST', '/api/walls', { scope });
  localStorage.setItem(kept(scope), pass);
}

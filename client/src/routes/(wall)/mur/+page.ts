import { addTexts } from '$lib/i18n/messages.ts';
import type { PageLoad } from './$types';

// A screen on a wall: rendered in the browser alone, without a session. `bare`: the screen is all its own.
export const ssr = false;
export const prerender = false;

export const load: PageLoad = async () => {
  const [{ memberFrench }, { staffFrench }] = await Promise.all([
    import('$lib/i18n/member-texts.ts'),
    import('$lib/i18n/staff-texts.ts'),
  ]);
  addTexts(memberFrench);
  addTexts(staffFrench);
  return { bare: true };
};

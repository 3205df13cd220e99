import { addTexts } from '$lib/i18n/messages.ts';
import type { LayoutLoad } from './$types';

/** The staff's texts are no weight for anybody else. */
export const load: LayoutLoad = async () => {
  const { staffFrench } = await import('$lib/i18n/staff-texts.ts');
  addTexts(staffFrench);
};

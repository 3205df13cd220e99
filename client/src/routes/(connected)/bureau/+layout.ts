import type { LayoutLoad } from './$types';

/** The staff's texts are no weight for anybody else. */
export const load: LayoutLoad = async () => {
  const { addStaffTexts } = await import('$lib/i18n/staff-texts.ts');
  addStaffTexts();
};

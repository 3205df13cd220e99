import { addMemberTexts } from '$lib/i18n/member-texts.ts';
import type { LayoutLoad } from './$types';

/** Who signs in reads of their account and of its second step. */
export const load: LayoutLoad = () => addMemberTexts();

import { addMemberTexts } from '$lib/i18n/member-texts.ts';
import type { PageLoad } from './$types';

/** The names of the channels are those of the paying pages. */
export const load: PageLoad = () => addMemberTexts();

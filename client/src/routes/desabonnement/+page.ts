import { addMemberTexts } from '$lib/i18n/member-texts.ts';
import type { PageLoad } from './$types';

/** Which notices there are is told in the words of their page. */
export const load: PageLoad = () => addMemberTexts();

import { memberFrench } from '$lib/i18n/member-texts.ts';
import { addTexts } from '$lib/i18n/messages.ts';
import type { PageLoad } from './$types';

/** Which notices there are is told in the words of their page. */
export const load: PageLoad = () => addTexts(memberFrench);

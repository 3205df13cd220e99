import { memberFrench } from '$lib/i18n/member-texts.ts';
import { addTexts } from '$lib/i18n/messages.ts';
import type { PageLoad } from './$types';

/** The names of the channels are those of the paying pages. */
export const load: PageLoad = () => addTexts(memberFrench);

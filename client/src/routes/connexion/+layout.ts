import { memberFrench } from '$lib/i18n/member-texts.ts';
import { addTexts } from '$lib/i18n/messages.ts';
import type { LayoutLoad } from './$types';

/** Who signs in reads of their account and of its second step. */
export const load: LayoutLoad = () => addTexts(memberFrench);

import { memberFrench } from '$lib/i18n/member-texts.ts';
import { addTexts } from '$lib/i18n/messages.ts';
import type { LayoutLoad } from './$types';

// Pages of the hall: rendered in the browser alone, for whoever looks. `bare`: the screen is all theirs.
export const ssr = false;
export const prerender = false;

/** Tickets and appointments are read here as by those who are signed in. */
export const load: LayoutLoad = () => addTexts(memberFrench);

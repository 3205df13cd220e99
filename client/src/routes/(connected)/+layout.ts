import { redirect } from '@sveltejs/kit';
import { AppError } from '#shared/contracts/errors.ts';
import { addTexts } from '$lib/i18n/messages.ts';
import { awaitedStep, secondStepPage } from '$lib/security/second-step.ts';
import { rememberSignedIn, whoIsSignedIn } from '$lib/session.ts';
import type { LayoutLoad } from './$types';

// Pages of one person: rendered in the browser alone, from what the server says of who asks.
export const ssr = false;
export const prerender = false;

/** Asked once, not at every change of page: the live connection tells when the session ends. */
export const load: LayoutLoad = async ({ url, untrack }) => {
  const texts = import('$lib/i18n/member-texts.ts');
  const me = await whoIsSignedIn().catch((error: unknown) => {
    const step = error instanceof AppError && awaitedStep(error);
    if (!step) throw error;
    redirect(307, secondStepPage(step, `?suite=${encodeURIComponent(untrack(() => url.pathname + url.search))}`));
  });
  rememberSignedIn(me !== null);
  if (!me) {
    const wanted = untrack(() => url.pathname + url.search);
    // A scanned code stands behind the #, which is in no address that is loaded.
    const code = location.pathname === untrack(() => url.pathname) ? location.hash : '';
    redirect(307, `/connexion?suite=${encodeURIComponent(wanted + code)}`);
  }
  addTexts((await texts).memberFrench);
  return { me };
};

import { redirect } from '@sveltejs/kit';
import { rememberSignedIn, whoIsSignedIn } from '$lib/session.ts';
import type { LayoutLoad } from './$types';

// Pages of one person: rendered in the browser alone, from what the server says of who asks.
export const ssr = false;
export const prerender = false;

/** Asked once, not at every change of page: the live connection tells when the session ends. */
export const load: LayoutLoad = async ({ url, untrack }) => {
  const me = await whoIsSignedIn();
  rememberSignedIn(me !== null);
  if (!me) {
    const wanted = untrack(() => url.pathname + url.search);
    // A scanned code stands behind the #, which is in no address that is loaded.
    const code = location.pathname === untrack(() => url.pathname) ? location.hash : '';
    redirect(307, `/connexion?suite=${encodeURIComponent(wanted + code)}`);
  }
  return { me };
};

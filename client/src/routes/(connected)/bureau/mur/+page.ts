import type { PageLoad } from './$types';

/** `bare`: without the head and foot of the other pages. */
export const load: PageLoad = () => ({ bare: true });

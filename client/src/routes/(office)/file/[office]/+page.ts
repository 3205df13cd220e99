import { error } from '@sveltejs/kit';
import { officeByCode } from '$lib/office/office.ts';
import { whoIsSignedIn } from '$lib/session.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, url }) => {
  const [office, me] = await Promise.all([officeByCode(params.office), whoIsSignedIn()]);
  if (!office) error(404);
  return { office, pass: url.searchParams.get('p'), visitor: me };
};

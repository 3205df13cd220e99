import { error } from '@sveltejs/kit';
import { officeByCode } from '$lib/office/office.ts';
import type { PageLoad } from './$types';

/** `bare`: without the head and foot of the other pages. */
export const load: PageLoad = async ({ params }) => {
  const office = await officeByCode(params.office);
  if (!office) error(404);
  return { office, bare: true };
};

import { request } from '$lib/api.ts';
import type { OfficeList } from '#shared/contracts/tickets.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async () => request<OfficeList>('GET', '/api/offices');

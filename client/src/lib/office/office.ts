import { request } from '$lib/api.ts';
import type { OfficeList, OfficeView } from '#shared/contracts/tickets.ts';

/** An office by its code or its id, as in the addresses of its pages; null when there is none. */
export async function officeByCode(code: string): Promise<OfficeView | null> {
  const { offices } = await request<OfficeList>('GET', '/api/offices');
  return offices.find((office) => office.code === code.toUpperCase() || office.id === code) ?? null;
}

/** An office by its id. */
export async function officeById(id: string): Promise<OfficeView | null> {
  const { offices } = await request<OfficeList>('GET', '/api/offices');
  return offices.find((office) => office.id === id) ?? null;
}

const kept = (officeId: string): string => `vignette-kiosk-${officeId}`;

/** What makes this browser a kiosk or board of the office; null when it is none. */
export function kioskPass(officeId: string): string | null {
  try {
    return localStorage.getItem(kept(officeId));
  } catch {
    return null;
  }
}

export function keepKioskPass(officeId: string, pass: string): void {
  try {
    localStorage.setItem(kept(officeId), pass);
  } catch {
    // A browser that keeps nothing is set up anew when it starts.
  }
}

import type { PublicConfig } from '#shared/contracts/http.ts';
import { request } from './api.ts';

let asked: Promise<PublicConfig> | undefined;

/** What the platform tells everybody: its country, and in a demonstration where messages can be read. Asked once a page. */
export function publicConfig(): Promise<PublicConfig> {
  asked ??= request<PublicConfig>('GET', '/api/config').catch((error: unknown) => {
    asked = undefined;
    throw error;
  });
  return asked;
}

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import type { DocumentView } from '#shared/contracts/documents.ts';
import type { Page } from './act.ts';
import { ActError } from './act-types.ts';

/** Sends one of the prepared photographs, as client/src/lib/documents does, through the balancer. @throws ActError */
export type SendPhotograph = (page: Page) => Promise<DocumentView>;

const LONGEST_MS = 30_000;
const SAMPLES = ['001_mild_malagasy.jpg', '002_mild_card_recto.jpg'];

/** Photographs of the demo, whose values are known; in turn. Read at the first use. */
export function createPhotographs(to: { host: string; port: number; origin: string }): SendPhotograph {
  let prepared: Promise<Buffer[]> | undefined;
  let next = 0;
  return async ({ from, cookie }) => {
    prepared ??= Promise.all(SAMPLES.map((name) => readFile(new URL(`../../deploy/samples/${name}`, import.meta.url))));
    const photographs = await prepared;
    const photograph = photographs[next++ % photographs.length];
    const request = http.request({
      ...{ host: to.host, port: to.port, method: 'POST', agent: false },
      path: `/api/documents?${new URLSearchParams({ clientId: randomUUID(), side: 'recto' }).toString()}`,
      ...(from !== undefined && { localAddress: from }),
      headers: { host: new URL(to.origin).host, origin: to.origin, cookie, 'content-type': 'image/jpeg' },
      signal: AbortSignal.timeout(LONGEST_MS),
    });
    request.end(photograph);
    try {
      const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
      const body: unknown = JSON.parse(await text(answer));
      if ((answer.statusCode ?? 0) < 300) return body as DocumentView;
      throw new ActError((body as { error?: { code?: string } }).error?.code ?? String(answer.statusCode));
    } catch (error) {
      if (error instanceof ActError) throw error;
      throw new ActError(error instanceof SyntaxError ? 'NO_JSON' : ((error as NodeJS.ErrnoException).code ?? 'NO_ANSWER'));
    }
  };
}

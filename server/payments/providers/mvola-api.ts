import { z } from 'zod';
import type { ProviderFetch } from './provider-fetch.ts';

export interface MvolaApiDeps {
  /** Address of the API, without a path: https://api.mvola.mg, or https://devapi.mvola.mg. */
  url: string;
  consumerKey: string;
  consumerSecret: string;
  /** Our name, as the operator knows it. */
  partnerName: string;
  /** Telephone of our merchant account as the operator writes it: 034…. */
  merchantMsisdn: string;
  fetch: ProviderFetch;
  clock: () => Date;
}

/** Merchant Pay 1.0: calls with our headers and a token that is good for a while. */
export interface MvolaApi {
  /**
   * A call under the merchant pay resource. Throws when no whole answer comes in time.
   * @param correlationId ours, of this request: sent twice it is one request
   */
  call(path: string, options: { correlationId: string; body?: unknown; callback?: string }): Promise<Response>;
}

/** No token could be had: nothing was asked of the operator. */
export class NoMvolaToken extends Error {
  override readonly name = 'NoMvolaToken';
}

const RESOURCE = '/mvola/mm/transactions/type/merchantpay/1.0.0/';
const SCOPE = 'EXT_INT_MVOLA_SCOPE';
const Token = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number() });

/** A token is renewed so long before it ends, seconds. */
const MARGIN_SECONDS = 60;

export function createMvolaApi(deps: MvolaApiDeps): MvolaApi {
  const { url, partnerName, merchantMsisdn, fetch, clock } = deps;
  let token: { value: string; until: number } | null = null;
  let asked: Promise<string> | null = null;

  async function askToken(): Promise<string> {
    const basic = Buffer.from(`${deps.consumerKey}:${deps.consumerSecret}`).toString('base64');
    const from = clock().getTime();
    const answer = await fetch(new URL('/token', url), {
      method: 'POST',
      headers: { Authorization: `Basic ${basic}`, 'Cache-Control': 'no-cache' },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: SCOPE }),
    });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const given = Token.parse(await answer.json());
    token = { value: given.access_token, until: from + (given.expires_in - MARGIN_SECONDS) * 1_000 };
    return token.value;
  }

  /** One question at a time, however many wait for the token. */
  async function bearer(): Promise<string> {
    if (token && clock().getTime() < token.until) return token.value;
    asked ??= askToken().finally(() => (asked = null));
    try {
      return await asked;
    } catch (error) {
      throw new NoMvolaToken('no token', { cause: error });
    }
  }

  async function send(path: string, { correlationId, body, callback }: Parameters<MvolaApi['call']>[1], given: string) {
    return fetch(new URL(RESOURCE + path, url), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        Authorization: `Bearer ${given}`,
        Version: '1.0',
        'X-CorrelationID': correlationId,
        UserLanguage: 'FR',
        UserAccountIdentifier: `msisdn;${merchantMsisdn}`,
        partnerName,
        'Cache-Control': 'no-cache',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(callback === undefined ? {} : { 'X-Callback-URL': callback }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  return {
    async call(path, options) {
      const given = await bearer();
      const answer = await send(path, options, given);
      if (answer.status !== 401) return answer;
      // It ended before its time. A refused call was not taken: it is made again, once.
      if (token?.value === given) token = null;
      return send(path, options, await bearer());
    },
  };
}

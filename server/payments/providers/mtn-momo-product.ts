import { z } from 'zod';
import { createProviderFetch } from './provider-fetch.ts';

export { whyOf } from './provider-fetch.ts';

/** Keys of one product, as the operator gave them out: Collection and Disbursement have their own. */
export interface MtnKeys {
  subscriptionKey: string;
  apiUser: string;
  apiKey: string;
}

export interface MtnProductDeps {
  product: 'collection' | 'disbursement';
  /** Address of the API, without a path. */
  url: string;
  keys: MtnKeys;
  targetEnvironment: string;
  clock: () => Date;
  timeoutMs: number;
}

/** A product of MTN Mobile Money: calls with its keys, and the token that they need. */
export interface MtnProduct {
  /** Throws when no answer comes in time. `path` is below the product's. */
  call(method: 'GET' | 'POST', path: string, headers: Record<string, string>, body?: unknown): Promise<Response>;
  /** Headers of a call, with a token that is good for a while. Throws when there is none to be had. */
  authorised(): Promise<Record<string, string>>;
  /** The token was refused: the next call gets another. */
  forgetToken(): void;
}

const Token = z.object({ access_token: z.string(), expires_in: z.coerce.number() });

/** A token is renewed so long before it ends, seconds. */
const MARGIN_SECONDS = 60;

export function createMtnProduct({ product, url, keys, targetEnvironment, clock, timeoutMs }: MtnProductDeps): MtnProduct {
  const fetch = createProviderFetch({ timeoutMs });
  let token: { value: string; until: number } | null = null;

  const call: MtnProduct['call'] = async (method, path, headers, body) =>
    fetch(new URL(`/${product}${path}`, url), {
      method,
      headers: {
        'Ocp-Apim-Subscription-Key': keys.subscriptionKey,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  async function bearer(): Promise<string> {
    const now = clock().getTime();
    if (token && now < token.until) return token.value;
    const basic = Buffer.from(`${keys.apiUser}:${keys.apiKey}`).toString('base64');
    const answer = await call('POST', '/token/', { Authorization: `Basic ${basic}` });
    if (!answer.ok) throw new Error(`no token: ${answer.status}`);
    const given = Token.parse(await answer.json());
    token = { value: given.access_token, until: now + (given.expires_in - MARGIN_SECONDS) * 1_000 };
    return token.value;
  }

  return {
    call,
    authorised: async () => ({ Authorization: `Bearer ${await bearer()}`, 'X-Target-Environment': targetEnvironment }),
    forgetToken: () => void (token = null),
  };
}

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DRIPPING, startProtocolServer, type ProtocolServer } from '../testing/protocol-server.ts';
import { createProviderFetch } from './provider-fetch.ts';

let server: ProtocolServer;
beforeAll(async () => (server = await startProtocolServer()));
afterAll(() => server.close());

it('gives up on a body that never ends, whatever memory is collected meanwhile', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  server.on('GET', '/endless', DRIPPING);
  const collecting = setInterval(collect, 10);
  try {
    await expect(createProviderFetch({ timeoutMs: 200 })(`${server.url}/endless`, {})).rejects.toThrow('takes too long');
  } finally {
    clearInterval(collecting);
  }
});

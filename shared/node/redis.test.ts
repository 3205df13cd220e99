import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { clusterAddress, connectRedis, redisAtStart } from './redis.ts';

it('a start without Redis says that it waits, and what to look at when it gives up', async () => {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', level: 'info' }, { write: (line: string) => void lines.push(line) });
  const nobody = connectRedis('redis://127.0.0.1:1/0', 'patient', logger, 'nobody');
  try {
    await expect(redisAtStart([nobody], logger, 200)).rejects.toThrow(/Redis is not there after 0.2 s: look at REDIS_QUEUES_URL/);
    expect(lines.join('')).toContain('waiting for Redis');
    expect(lines.join('')).toContain('redis is away');
  } finally {
    nobody.disconnect();
  }
});

it.each([
  ['redis-cluster://a:7000,b:7001', { nodes: ['a:7000', 'b:7001'], username: undefined, password: undefined, tls: false }],
  ['redis-cluster://:p%40ss@10.0.0.1', { nodes: ['10.0.0.1:6379'], username: undefined, password: 'p@ss', tls: false }],
  ['rediss-cluster://me:secret@a:1,[::1]:2/', { nodes: ['a:1', '::1:2'], username: 'me', password: 'secret', tls: true }],
])('%s names the servers of a cluster', (url, expected) => {
  const address = clusterAddress(url);
  expect({ ...address, nodes: address?.nodes.map(({ host, port }) => `${host}:${port}`) }).toEqual(expected);
});
it.each([
  'redis://a:7000',
  'redis-cluster://',
  'redis-cluster://a:99999',
  'redis-cluster://a:7000,,b',
  'redis-cluster://a:7000,b:x',
])('%s does not', (url) => expect(clusterAddress(url)).toBeNull());

import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { connectRedis, redisAtStart } from './redis.ts';

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

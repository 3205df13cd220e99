import { describe, expect, it } from 'vitest';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createSocketEngine } from './sockets/engine.ts';
import { describeNode } from './testing/node-suite.ts';

describe('on uWebSockets.js', () => {
  it('is the native binary where it loads (linux, x64, Node 20), and never an imitation of it', async () => {
    const engine = await createSocketEngine({ wanted: 'auto', origins: [], logger: silentLogger() });
    const expected =
      process.platform === 'linux' && process.arch === 'x64' && process.versions.modules === '115' ? 'uws' : engine.kind;
    expect(engine.kind).toBe(expected);
    await engine.close();
  });
  describeNode('uws');
});

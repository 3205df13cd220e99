import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { choosePorts, createPortHolder, portIsFree, type PortHolder } from './ports.ts';

let directory: string;
let holder: PortHolder;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'vignette-ports-'));
  holder = createPortHolder();
});
afterEach(() => {
  holder.release();
  rmSync(directory, { recursive: true });
});

describe('choosePorts', () => {
  it('gives the same ports the next time', async () => {
    const deps = { directory, say: () => undefined, holder };
    const first = await choosePorts(['balancer', 'postgres'], {}, deps);
    holder.release();
    const second = await choosePorts(['balancer', 'postgres'], {}, deps);
    expect(second).toEqual(first);
    expect(new Set(Object.values(first)).size).toBe(2);
  });

  it('takes the preferred port when it is free', async () => {
    const deps = { directory, say: () => undefined, holder: { take: async () => true, release: () => undefined } };
    const ports = await choosePorts(['balancer'], { balancer: 4999 }, deps);
    expect(ports.balancer).toBe(4999);
  });

  it('moves away from a port that another program has taken, and says so', async () => {
    const said: string[] = [];
    const before = await choosePorts(['s3'], {}, { directory, say: (line) => said.push(line), holder });
    holder.release();
    const other = net.createServer();
    await new Promise<void>((resolve) => other.listen(before.s3, '127.0.0.1', resolve));
    try {
      expect(await portIsFree(before.s3)).toBe(false);
      const after = await choosePorts(['s3'], {}, { directory, say: (line) => said.push(line), holder });
      expect(after.s3).not.toBe(before.s3);
      expect(said).toEqual([expect.stringContaining(`port ${before.s3} of s3 is taken`)]);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });

  it('does not choose what a stack of another checkout is about to listen on', async () => {
    const other = createPortHolder();
    const before = await choosePorts(['balancer'], {}, { directory, say: () => undefined, holder: other });
    const after = await choosePorts(['balancer'], {}, { directory, say: () => undefined, holder });
    expect(after.balancer).not.toBe(before.balancer);
    other.release();
    expect(await holder.take(before.balancer)).toBe(true);
  });

  it('keeps what other names have chosen', async () => {
    const deps = { directory, say: () => undefined, holder };
    const { s3 } = await choosePorts(['s3'], {}, deps);
    await choosePorts(['balancer'], {}, deps);
    expect(JSON.parse(readFileSync(path.join(directory, 'ports.json'), 'utf8'))).toMatchObject({ s3 });
  });
});

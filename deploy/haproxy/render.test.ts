import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentOf, loadTools, programOf } from '#deploy/local/tools.ts';
import { renderHaproxyConfig, type HaproxySettings } from './render.ts';

const settings: HaproxySettings = {
  nodes: [
    { name: 'node-1', host: '127.0.0.1', httpPort: 8001, socketPort: 9001 },
    { name: 'node-2', host: '127.0.0.1', httpPort: 8002, socketPort: 9002 },
  ],
  binds: ['127.0.0.1:8080'],
  adminSocket: '/tmp/vignette-test.sock',
  cookie: 'VIGNETTE_NODE',
  secureCookie: false,
  tunnelTimeout: '90s',
  hardStopAfter: '5s',
};

function check(config: string): { status: number | null; stderr: string } {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'vignette-haproxy-'));
  try {
    const file = path.join(directory, 'haproxy.cfg');
    writeFileSync(file, config);
    const { haproxy } = loadTools();
    const env = { ...process.env, ...environmentOf(haproxy) };
    return spawnSync(programOf(haproxy, 'haproxy'), ['-c', '-f', file], { env, encoding: 'utf8' });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('renderHaproxyConfig', () => {
  it.each([
    ['the local stack', settings],
    ['development, with Vite for the pages', { ...settings, pages: { host: '127.0.0.1', port: 5173 } }],
    ['production, with a limit and a secure cookie', { ...settings, maxConnections: 1_000, secureCookie: true }],
  ])('is accepted by HAProxy without a warning: %s', (_, given) => {
    const { status, stderr } = check(renderHaproxyConfig(given));
    expect(stderr).not.toMatch(/WARNING|ALERT/);
    expect(status).toBe(0);
  });

  it('leaves nothing unfilled and names every node in both backends', () => {
    const config = renderHaproxyConfig(settings);
    expect(config).not.toMatch(/\{\{|\}\}/);
    expect(config).toMatch(/server node-1 127\.0\.0\.1:8001 cookie node-1/);
    expect(config).toMatch(/server node-2 127\.0\.0\.1:9002 cookie node-2 track api\/node-2/);
  });

  it('believes no address that a visitor sends', () => {
    const config = renderHaproxyConfig(settings);
    const dropped = config.indexOf('del-header X-Forwarded-For');
    expect(dropped).toBeGreaterThan(0);
    expect(config.indexOf('set-header X-Forwarded-For %[src]')).toBeGreaterThan(dropped);
  });

  it('refuses a value that would break out of its line', () => {
    expect(() => renderHaproxyConfig({ ...settings, cookie: 'A\n    stats socket /x' })).toThrow('one line');
  });
});

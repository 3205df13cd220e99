import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { withEnvironmentTable } from './environment-table.ts';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

describe('the documents', () => {
  it('name every setting that the processes read, as they read it (npm run docs:environment)', () => {
    const readme = read('README.md');
    expect(readme).toBe(withEnvironmentTable(readme));
  });

  it.each(['README.md', 'ARCHITECTURE.md', 'deploy/local/README.md'])('%s links to files that exist', (name) => {
    const folder = new URL(`../../${name}`, import.meta.url);
    const links = [...read(name).matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, target]) => target ?? '');
    expect(links.filter((target) => !existsSync(new URL(target, folder)))).toEqual([]);
  });

  it('name commands that exist', () => {
    const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));
    const named = [...read('README.md').matchAll(/npm run ([a-z:-]+)/g)].map(([, script]) => script ?? '');
    expect(named.filter((script) => !scripts[script])).toEqual([]);
  });
});

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const common = { environment: 'node' as const, restoreMocks: true };
const nothing = ['**/node_modules/**', '**/.local/**', 'client/build/**', 'client/.svelte-kit/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['{shared,db,server,workers,deploy,loadtest}/**/*.test.ts'],
          exclude: [...nothing, '**/*.integration.test.ts', '**/*.e2e.test.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'integration',
          include: ['{shared,db,server,workers,deploy,loadtest}/**/*.integration.test.ts'],
          exclude: nothing,
          // Some of them use the pages' own client of the live connection.
          globalSetup: ['deploy/local/sync-pages.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // No module keeps anything: files need no world of their own. Half of the time they wait, for a lock or a process that comes back.
          isolate: false,
          maxWorkers: 3,
        },
      },
      {
        plugins: [svelte()],
        test: {
          ...common,
          name: 'client',
          include: ['client/**/*.test.ts'],
          exclude: nothing,
          globalSetup: ['deploy/local/sync-pages.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'e2e',
          include: ['deploy/e2e/**/*.e2e.test.ts'],
          globalSetup: ['deploy/e2e/global-setup.ts'],
          setupFiles: ['deploy/e2e/each.ts'],
          exclude: nothing,
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // Most of a test's time is waiting: for an operator, a worker that comes back, a page.
          maxWorkers: 3,
        },
      },
    ],
  },
});

import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { Role } from '#shared/contracts/identity.ts';
import type { HttpEnvironment } from './environment.ts';
import { requireAction } from './require-action.ts';
import { httpApp } from './testing/http-fixture.ts';

it('lets those through whom the policy names', async () => {
  const statuses: Record<string, number> = {};
  for (const role of Role.options) {
    const app = new Hono<HttpEnvironment>()
      .use(async (c, next) => {
        c.set('viewer', { userId: 'u', sessionId: 's', role, officeId: null });
        await next();
      })
      .get('/', requireAction('refund.decide'), (c) => c.body(null, 204));
    statuses[role] = (await httpApp({ routers: [{ path: '/api/x', app }] }).request('/api/x')).status;
  }
  expect(statuses).toEqual({ citizen: 403, agent: 403, supervisor: 204, administrator: 403, auditor: 403 });
});

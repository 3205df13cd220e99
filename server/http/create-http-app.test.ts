import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '#shared/contracts/errors.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import type { HttpEnvironment } from './environment.ts';
import { readJson } from './json-input.ts';
import { httpApp, ORIGIN } from './testing/http-fixture.ts';

const feature = new Hono<HttpEnvironment>()
  .get('/address', (c) => c.text(c.get('clientAddress')))
  .get('/things/:id', (c) => c.json({ id: c.req.param('id') }))
  .get('/named', () => {
    throw new AppError('RATE_LIMITED', { retryAfterSeconds: 7 });
  })
  .get('/broken', () => {
    throw new Error('the database said: secret');
  })
  .post('/things', async (c) =>
    c.json(await readJson(c, z.object({ name: z.string().min(2), deep: z.object({ size: z.number() }).optional() }))),
  );

const app = httpApp({ routers: [{ path: '/api', app: feature }] });
const post = (body: string, headers: Record<string, string> = {}) =>
  app.request('/api/things', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', origin: ORIGIN, ...headers },
  });

describe('Origin', () => {
  it('ours is let through', async () => expect((await post('{"name":"ok"}')).status).toBe(200));

  it.each([
    'https://vignette.example.evil',
    'http://vignette.example',
    'https://vignette.example:8443',
    'null',
    'https://VIGNETTE.example',
    '',
  ])('%j is refused', async (origin) => {
    const answer = await post('{"name":"ok"}', { origin });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toEqual({ error: { code: 'ORIGIN_REFUSED' } });
  });

  it('absent is refused, for every method that changes something', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect((await app.request('/api/things', { method })).status).toBe(403);
  });

  it('is not asked for reading', async () => expect((await app.request('/api/things/1')).status).toBe(200));
});

describe('errors', () => {
  it('with a name keep it, and say when to come back', async () => {
    const answer = await app.request('/api/named');
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(await answer.json()).toEqual({ error: { code: 'RATE_LIMITED', details: { retryAfterSeconds: 7 } } });
  });

  it('of a schema name the fields', async () => {
    const answer = await post('{"name":"x","deep":{"size":"big"}}');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: { code: 'INVALID_INPUT', details: { fields: ['name', 'deep.size'] } } });
  });

  it('without a name show an incident code and nothing else', async () => {
    const answer = await app.request('/api/broken');
    expect(answer.status).toBe(500);
    const text = await answer.text();
    expect(JSON.parse(text)).toEqual({
      error: { code: 'INTERNAL', incident: expect.stringMatching(/^[0-9a-f]{10}$/) as string },
    });
    expect(text).not.toContain('secret');
  });

  it.each([
    ['no JSON', '{', {}],
    ['no text', '\xff', {}],
    ['another type', '{"name":"ok"}', { 'content-type': 'text/plain' }],
    ['too long', JSON.stringify({ name: 'x'.repeat(20_000) }), {}],
  ])('of a body: %s', async (_what, body, headers) => expect((await post(body, headers)).status).toBe(400));

  it('under /api an unknown address is JSON', async () => {
    const answer = await app.request('/api/nothing');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ error: { code: 'NOT_FOUND' } });
  });
});

describe('the client’s address', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['evil, 10.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['not an address', '0.0.0.0'],
  ])('from %j', async (forwarded, address) =>
    expect(await (await app.request('/api/address', { headers: { 'x-forwarded-for': forwarded } })).text()).toBe(address),
  );

  it('is not taken from the header when nothing in front sets it', async () => {
    const direct = httpApp({ addressSource: 'connection', routers: [{ path: '/api', app: feature }] });
    expect(await (await direct.request('/api/address', { headers: { 'x-forwarded-for': '203.0.113.9' } })).text()).toBe(
      '0.0.0.0',
    );
  });
});

describe('what every answer carries', () => {
  it('security headers, a request id, and no caching of the API', async () => {
    const { headers } = await app.request('/api/things/1', { headers: { 'x-request-id': 'balancer-12345' } });
    expect(headers.get('x-request-id')).toBe('balancer-12345');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toContain('max-age=31536000');
    expect(headers.get('permissions-policy')).toContain('camera=(self)');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    const plain = await httpApp({ publicOrigin: 'http://127.0.0.1:8080' }).request('/healthz', {
      headers: { 'x-request-id': 'bad id\t' },
    });
    expect(plain.headers.get('strict-transport-security')).toBeNull();
    expect(plain.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('refusals carry them too', async () => {
    const { headers } = await app.request('/api/things', { method: 'POST' });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('health', () => {
  it('is alive whatever happens, and ready when its probes say so and it is not going away', async () => {
    let draining = false;
    let up = true;
    const probes = {
      postgres: () => Promise.resolve(up),
      redis: () => (up ? Promise.resolve() : Promise.reject(new Error('away'))),
    };
    const health = httpApp({ probes, isDraining: () => draining });
    const ready = async () => {
      const answer = await health.request('/readyz');
      return { status: answer.status, body: await answer.json() };
    };
    expect(await ready()).toEqual({
      status: 200,
      body: { ready: true, draining: false, checks: { postgres: true, redis: true } },
    });
    up = false;
    expect(await ready()).toEqual({
      status: 503,
      body: { ready: false, draining: false, checks: { postgres: false, redis: false } },
    });
    up = true;
    draining = true;
    expect(await ready()).toMatchObject({ status: 404, body: { ready: false, draining: true } });
    expect((await health.request('/healthz')).status).toBe(200);
  });

  it('bears with what fails for a moment, but not from the first and not for long', async () => {
    const { createHealthRoutes } = await import('#shared/node/health-routes.ts');
    const metrics = createMetrics({ process: 'test', defaults: false });
    let [at, up] = [0, false];
    const probes = { postgres: () => Promise.resolve(up) };
    const health = createHealthRoutes({ metrics, probes, isDraining: () => false, patienceMs: 1_000, now: () => at });
    const ready = async () => (await health.request('/readyz')).json();
    expect(await ready()).toMatchObject({ ready: false });
    up = true;
    expect(await ready()).toMatchObject({ ready: true });
    [at, up] = [999, false];
    expect(await ready()).toEqual({ ready: true, draining: false, checks: { postgres: false } });
    at = 1_000;
    expect(await ready()).toMatchObject({ ready: false });
  });

  it('gives a probe that hangs its time and no more', async () => {
    const { createHealthRoutes } = await import('#shared/node/health-routes.ts');
    const metrics = createMetrics({ process: 'test', defaults: false });
    const probes = { slow: () => new Promise(() => undefined) };
    const answer = await createHealthRoutes({ metrics, probes, isDraining: () => false, probeMs: 20 }).request('/readyz');
    expect(answer.status).toBe(503);
  });

  it('measures by route, not by address', async () => {
    const measured = httpApp({ routers: [{ path: '/api', app: feature }] });
    await measured.request('/api/things/1');
    await measured.request('/api/things/2');
    await measured.request('/api/named');
    const text = await (await measured.request('/metrics')).text();
    expect(text).toMatch(/vignette_http_request_seconds_count\{[^}]*route="\/api\/things\/:id"[^}]*\} 2/);
    expect(text).toMatch(/route="\/api\/named",status="429"/);
    expect(text).not.toContain('/api/things/1"');
  });
});

it('tells the client what it may know of the configuration', async () => {
  expect(await (await app.request('/api/config')).json()).toMatchObject({ country: 'MG', currency: 'MGA', demo: null });
});

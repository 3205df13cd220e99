import { afterEach, describe, expect, it, vi } from 'vitest';
import { errorOf, request } from './api.ts';

describe('errorOf', () => {
  it('keeps a coded error with its details and incident', () => {
    const error = errorOf(409, JSON.stringify({ error: { code: 'PLATE_ALREADY_REGISTERED', details: { plate: '1234TAB' } } }));
    expect([error.code, error.details]).toEqual(['PLATE_ALREADY_REGISTERED', { plate: '1234TAB' }]);
    expect(errorOf(500, JSON.stringify({ error: { code: 'INTERNAL', incident: 'ab12' } })).details).toEqual({ incident: 'ab12' });
  });

  it('understands what is no answer of ours by its status', () => {
    expect(errorOf(502, '<html>').code).toBe('UNAVAILABLE');
    expect(errorOf(413, '').code).toBe('FILE_TOO_LARGE');
    expect(errorOf(401, '{}').code).toBe('UNAUTHENTICATED');
    expect(errorOf(418, '{"error":{"code":"TEAPOT"}}').code).toBe('INVALID_INPUT');
  });
});

describe('request', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('gives the data, null for no content', async () => {
    vi.stubGlobal('fetch', async () => new Response('{"a":1}'));
    expect(await request('GET', '/api/x')).toEqual({ a: 1 });
    vi.stubGlobal('fetch', async () => new Response(null, { status: 204 }));
    expect(await request('DELETE', '/api/x')).toBeNull();
  });

  it('takes a page of somebody else for no answer', async () => {
    vi.stubGlobal('fetch', async () => new Response('<html>Welcome to our hotel'));
    await expect(request('GET', '/api/x')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('says UNAVAILABLE when the network fails', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('Failed to fetch')));
    await expect(request('GET', '/api/x')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

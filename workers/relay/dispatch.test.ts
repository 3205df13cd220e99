import { describe, expect, it } from 'vitest';
import type { BusMessage } from '#shared/contracts/bus.ts';
import { busMessagesOf, coalesce, jobsOf, type OutboxRow } from './dispatch.ts';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const row = (over: Partial<OutboxRow>): OutboxRow => ({
  id: id(1),
  position: 1,
  name: 'document.read',
  payload: { documentId: id(2) },
  topics: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  ...over,
});
const live = (room: string, topic: string, seq: number): BusMessage => ({
  kind: 'live',
  room,
  message: { topic, seq, state: {}, at: '2026-01-01T00:00:00.000Z' },
});

describe('what a row becomes', () => {
  it('is one message a topic and audience', () => {
    const topics = [{ topic: `document:${id(2)}`, seq: 7, states: { owner: { a: 1 }, public: { b: 2 } } }];
    expect(busMessagesOf(row({ topics }))).toEqual([
      expect.objectContaining({ room: `document:${id(2)}#owner`, message: expect.objectContaining({ seq: 7, state: { a: 1 } }) }),
      expect.objectContaining({
        room: `document:${id(2)}#public`,
        message: expect.objectContaining({ seq: 7, state: { b: 2 } }),
      }),
    ]);
  });

  it('is the number alone where the state is too large to be carried', () => {
    const topics: OutboxRow['topics'] = [{ topic: `garage:${id(2)}`, seq: 7, states: {}, again: ['owner'] }];
    expect(busMessagesOf(row({ topics }))).toEqual([
      {
        kind: 'live',
        room: `garage:${id(2)}#owner`,
        message: { topic: `garage:${id(2)}`, seq: 7, again: true, at: '2026-01-01T00:00:00.000Z' },
      },
    ]);
  });

  it('tells every node of a session that ended', () => {
    const ended = (payload: object) =>
      busMessagesOf(row({ name: 'session.ended', payload: { sessionId: id(3), userId: id(4), ...payload } }));
    expect(ended({ why: 'password_changed' })).toEqual([{ kind: 'session-ended', sessionId: id(3), why: 'password_changed' }]);
    // Of an earlier release, and of a later one.
    expect(ended({})).toEqual([{ kind: 'session-ended', sessionId: id(3), why: 'revoked' }]);
    expect(ended({ why: 'moon' })).toEqual([{ kind: 'session-ended', sessionId: id(3), why: 'revoked' }]);
  });

  it.each([
    ['an unknown event', { name: 'document.exploded' }],
    ['a payload that does not fit', { payload: { documentId: 12 } }],
    ['an unknown topic', { topics: [{ topic: 'nothing:1', seq: 1, states: { owner: {} } }] }],
    ['a topic without its key', { topics: [{ topic: 'document', seq: 1, states: { owner: {} } }] }],
    ['the name of a method of all objects', { name: 'toString' }],
  ])('refuses %s', (_what, over) => {
    expect(() => busMessagesOf(row(over))).toThrow();
  });

  it('orders jobs with ids that come from the row and that the queue accepts', () => {
    const [job] = jobsOf(row({}));
    expect(job).toEqual({ id: `outbox-${id(1)}-0`, job: { name: 'document.images', payload: { documentId: id(2) } } });
    expect(job?.id).not.toMatch(/:|^\d+$/);
    expect(jobsOf(row({ name: 'document.corrected' }))).toEqual([]);
  });
});

describe('a batch', () => {
  it('keeps only the newest state for each room, and every order to the nodes', () => {
    const ended: BusMessage = { kind: 'session-ended', sessionId: id(9), why: 'revoked' };
    const a = `document:${id(1)}`;
    const b = `document:${id(2)}`;
    const batch = [
      live(`${a}#owner`, a, 1),
      live(`${b}#owner`, b, 5),
      ended,
      live(`${a}#owner`, a, 2),
      live(`${a}#public`, a, 2),
    ];
    expect(coalesce(batch)).toEqual([ended, batch[1], batch[3], batch[4]]);
  });
});

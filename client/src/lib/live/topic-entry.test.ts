import { describe, expect, it, vi } from 'vitest';
import type { LiveMessage, LiveSnapshot, TopicKind } from '#shared/contracts/topics.ts';
import { createTopicEntry } from './topic-entry.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const snapshot = (seq: number, state: unknown, kind: TopicKind = 'state'): LiveSnapshot => ({
  topic: 't',
  kind,
  seq,
  state,
  asOf: at(seq),
});
const message = (seq: number, state: unknown): LiveMessage => ({ topic: 't', seq, state, at: at(seq) });
const event = (seq: number, what: unknown): LiveMessage => ({ topic: 't', seq, event: what, at: at(seq) });
const append = (state: unknown, what: unknown): unknown => [...(state as unknown[]), what];

describe('a state topic', () => {
  it('loads, then follows the newest number and ignores repeats and stragglers', () => {
    const changed = vi.fn();
    const entry = createTopicEntry('t', changed, undefined);
    expect(entry).toMatchObject({ status: 'loading', seq: -1, state: null });
    entry.beginSnapshot();
    entry.applySnapshot(snapshot(3, 'c'));
    for (const [seq, state] of [
      [5, 'e'],
      [5, 'again'],
      [4, 'late'],
    ] as const)
      entry.applyMessage(message(seq, state));
    expect(entry).toMatchObject({ status: 'live', seq: 5, state: 'e', asOf: new Date(at(5)), needsSnapshot: false });
    expect(changed).toHaveBeenCalled();
  });

  it('whose newer state is not sent along says that it must be read, and keeps what it shows until then', () => {
    const entry = createTopicEntry('t', () => undefined, undefined);
    const told = (seq: number): LiveMessage => ({ topic: 't', seq, again: true, at: at(seq) });
    entry.beginSnapshot();
    entry.applyMessage(told(3));
    entry.applySnapshot(snapshot(3, 'c'));
    expect(entry).toMatchObject({ needsSnapshot: false, seq: 3, state: 'c' });
    entry.applyMessage(told(4));
    expect(entry).toMatchObject({ needsSnapshot: true, seq: 3, state: 'c', status: 'live' });
    entry.beginSnapshot();
    entry.applyMessage(told(5));
    entry.applySnapshot(snapshot(4, 'd'));
    expect(entry).toMatchObject({ needsSnapshot: true, seq: 4, state: 'd' });
    entry.beginSnapshot();
    entry.applySnapshot(snapshot(5, 'e'));
    expect(entry).toMatchObject({ needsSnapshot: false, seq: 5, state: 'e' });
  });

  it('keeps what arrives while the snapshot is under way, and puts it on top', () => {
    const entry = createTopicEntry('t', () => undefined, undefined);
    entry.beginSnapshot();
    entry.applyMessage(message(8, 'h'));
    entry.applyMessage(message(7, 'g'));
    expect(entry.seq).toBe(-1);
    entry.applySnapshot(snapshot(6, 'f'));
    expect(entry).toMatchObject({ seq: 8, state: 'h' });
  });

  it('takes a snapshot with a lower number as the truth: a database may have been restored', () => {
    const entry = createTopicEntry('t', () => undefined, undefined);
    entry.beginSnapshot();
    entry.applySnapshot(snapshot(9, 'new'));
    entry.beginSnapshot();
    entry.applySnapshot(snapshot(4, 'restored'));
    expect(entry).toMatchObject({ seq: 4, state: 'restored' });
    entry.applyMessage(message(5, 'goes on'));
    expect(entry.state).toBe('goes on');
  });

  it('is stale while the line is away and keeps what it shows', () => {
    const entry = createTopicEntry('t', () => undefined, undefined);
    entry.beginSnapshot();
    entry.applySnapshot(snapshot(1, 'a'));
    entry.disconnected();
    expect(entry).toMatchObject({ status: 'stale', state: 'a', asOf: new Date(at(1)) });
    entry.confirm(at(30));
    expect(entry.asOf).toEqual(new Date(at(30)));
  });

  it('says why it was refused', () => {
    const entry = createTopicEntry('t', () => undefined, undefined);
    entry.refuse({ code: 'TOPIC_FORBIDDEN' });
    expect(entry).toMatchObject({ status: 'error', error: { code: 'TOPIC_FORBIDDEN' } });
  });
});

describe('a delta topic', () => {
  it('folds events in order and asks for a snapshot at a gap', () => {
    const entry = createTopicEntry('t', () => undefined, append);
    entry.beginSnapshot();
    entry.applySnapshot(snapshot(1, ['a'], 'delta'));
    entry.applyMessage(event(2, 'b'));
    entry.applyMessage(event(2, 'b'));
    expect(entry).toMatchObject({ seq: 2, state: ['a', 'b'], needsSnapshot: false });
    entry.applyMessage(event(4, 'd'));
    expect(entry).toMatchObject({ seq: 2, state: ['a', 'b'], needsSnapshot: true });
    entry.beginSnapshot();
    entry.applyMessage(event(5, 'e'));
    entry.applySnapshot(snapshot(4, ['a', 'b', 'c', 'd'], 'delta'));
    expect(entry).toMatchObject({ seq: 5, state: ['a', 'b', 'c', 'd', 'e'], needsSnapshot: false });
  });
});

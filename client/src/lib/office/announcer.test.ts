import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAnnouncer } from './announcer.ts';

/** What the room heard, in order: chimes, and what was said by which voice. */
let heard: string[];
let state: 'running' | 'suspended';
let voices: { lang: string }[];
/** What a voice does with what it is given; by default it says it and ends. */
let speak: (utterance: Utterance) => void;

class Utterance {
  lang = '';
  rate = 1;
  onend: () => void = () => undefined;
  onerror: () => void = () => undefined;
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

class Sound {
  get state(): string {
    return state;
  }
  currentTime = 0;
  destination = {};
  createGain() {
    const gain = { setValueAtTime: vi.fn(), linearRampToValueAtTime: vi.fn(), exponentialRampToValueAtTime: vi.fn() };
    return { gain, connect: (next: object) => next };
  }
  createOscillator() {
    const start = (): void => void heard.push('note');
    return { frequency: { value: 0 }, start, stop: vi.fn(), connect: (next: object) => next };
  }
  resume(): Promise<void> {
    state = 'running';
    return Promise.resolve();
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  heard = [];
  state = 'running';
  voices = [{ lang: 'en-GB' }, { lang: 'fr-FR' }];
  speak = (utterance) => {
    heard.push(`${utterance.lang}: ${utterance.text}`);
    utterance.onend();
  };
  const speechSynthesis = { getVoices: () => voices, speak: (utterance: Utterance) => speak(utterance) };
  vi.stubGlobal('window', { speechSynthesis });
  vi.stubGlobal('speechSynthesis', speechSynthesis);
  vi.stubGlobal('SpeechSynthesisUtterance', Utterance);
  vi.stubGlobal('AudioContext', Sound);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const phrases = (number: string) => [
  { lang: 'fr' as const, text: `Numéro ${number}, guichet 2` },
  { lang: 'en' as const, text: `Number ${number}, counter 2` },
];
const announced = async (...numbers: string[]): Promise<void> => {
  const announcer = createAnnouncer();
  const all = Promise.all(numbers.map((number) => announcer.announce(phrases(number))));
  await vi.advanceTimersByTimeAsync(60_000);
  await all;
};

describe('a call', () => {
  it('is two notes, then French, then English, each by its own voice', async () => {
    await announced('A 12');
    expect(heard).toEqual(['note', 'note', 'fr-FR: Numéro A 12, guichet 2', 'en-GB: Number A 12, counter 2']);
  });

  it('waits for the one before it, so that two are never said at once', async () => {
    await announced('A 12', 'B 3');
    expect(heard.filter((one) => one !== 'note').map((one) => one.slice(0, 14))).toEqual([
      ...['fr-FR: Numéro ', 'en-GB: Number '],
      ...['fr-FR: Numéro ', 'en-GB: Number '],
    ]);
    expect(heard.indexOf('fr-FR: Numéro B 3, guichet 2')).toBeGreaterThan(heard.indexOf('en-GB: Number A 12, counter 2'));
  });

  it('is the notes alone where the browser has no voice, and in the one language that it has', async () => {
    voices = [];
    await announced('A 12');
    expect(heard).toEqual(['note', 'note']);
    voices = [{ lang: 'FR-CA' }];
    await announced('A 12');
    expect(heard.slice(2)).toEqual(['note', 'note', 'FR-CA: Numéro A 12, guichet 2']);
  });

  it('is spoken also where no sound may be made without a press: no notes then', async () => {
    state = 'suspended';
    await announced('A 12');
    expect(heard).toHaveLength(2);
    expect(heard).not.toContain('note');
  });

  it('is not silenced by one before it whose voice failed, never ended, or threw', async () => {
    const said = speak;
    const faults: ((utterance: Utterance) => void)[] = [
      (utterance) => utterance.onerror(),
      () => undefined,
      () => {
        throw new Error('synthesis failed');
      },
    ];
    for (const fault of faults) {
      heard = [];
      let first = true;
      speak = (utterance) => {
        const broken = first;
        first = false;
        if (broken) fault(utterance);
        else said(utterance);
      };
      await announced('A 12', 'B 3');
      expect(heard).toContain('fr-FR: Numéro B 3, guichet 2');
      expect(heard).toContain('en-GB: Number B 3, counter 2');
    }
  });
});

it('says whether a sound is allowed, and is allowed by a press', async () => {
  state = 'suspended';
  const announcer = createAnnouncer();
  expect(announcer.allowed).toBe(false);
  await announcer.allow();
  expect(announcer.allowed).toBe(true);
});

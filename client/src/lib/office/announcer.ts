import type { BoardView } from '#shared/contracts/tickets.ts';

/** Something to be said: a number goes to a counter. */
export interface Call {
  number: string;
  counter: string;
  calls: number;
  calledAt: string;
}

/** Calls older than this are not spoken any more: a screen that was off does not read out the morning. Milliseconds. */
const SPOKEN_WITHIN_MS = 60_000;

/**
 * Which calls of a board are new since it was looked at before, oldest first. Calls are told by number and how often: a number called
 * again is new. Keeps no more than the board shows, so it does not grow in a day.
 */
export function createNewCalls(): (board: Pick<BoardView, 'calls'>, now: number) => Call[] {
  let known: ReadonlySet<string> | null = null;
  const key = ({ number, calls }: Call): string => `${number}:${calls}`;
  return ({ calls }, now) => {
    const before = known;
    known = new Set(calls.map(key));
    return calls.filter((call) => !before?.has(key(call)) && now - Date.parse(call.calledAt) < SPOKEN_WITHIN_MS).reverse();
  };
}

/** `A012` as it is said: the letter, then the number without its zeros. */
export const spoken = (number: string): string => `${number.slice(0, 1)} ${Number(number.slice(1))}`;

export interface Announcer {
  /** Says the phrases one after the other, after a chime; the chime alone where the browser has no voice. */
  announce(phrases: readonly { lang: 'fr' | 'en'; text: string }[]): Promise<void>;
  /** Whether the browser lets this page make a sound without a press. */
  readonly allowed: boolean;
  /** To be called from a press. */
  allow(): Promise<void>;
}

/** Two notes, a voice. */
export function createAnnouncer(): Announcer {
  let audio: AudioContext | null = null;
  let queue = Promise.resolve();

  function context(): AudioContext {
    audio ??= new AudioContext();
    return audio;
  }
  async function chime(): Promise<void> {
    const at = context();
    if (at.state !== 'running') return;
    const start = at.currentTime;
    for (const [index, frequency] of [659, 523].entries()) {
      const [tone, loudness] = [at.createOscillator(), at.createGain()];
      const from = start + index * 0.35;
      tone.frequency.value = frequency;
      loudness.gain.setValueAtTime(0, from);
      loudness.gain.linearRampToValueAtTime(0.5, from + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.6);
      tone.connect(loudness).connect(at.destination);
      tone.start(from);
      tone.stop(from + 0.65);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  const voices = (): SpeechSynthesisVoice[] => ('speechSynthesis' in window ? speechSynthesis.getVoices() : []);
  async function say({ lang, text }: { lang: 'fr' | 'en'; text: string }): Promise<void> {
    const voice = voices().find((one) => one.lang.toLowerCase().startsWith(lang));
    if (!voice) return;
    const utterance = new SpeechSynthesisUtterance(text);
    Object.assign(utterance, { voice, lang: voice.lang, rate: 0.9 });
    await new Promise<void>((resolve) => {
      utterance.onend = () => resolve();
      utterance.onerror = () => resolve();
      speechSynthesis.speak(utterance);
      // A voice that never says that it has ended does not silence the next.
      setTimeout(resolve, 10_000);
    });
  }

  return {
    announce(phrases) {
      queue = queue
        .then(async () => {
          await chime();
          for (const phrase of phrases) await say(phrase);
        })
        .catch(() => undefined);
      return queue;
    },
    get allowed() {
      return context().state === 'running';
    },
    allow: () => context().resume(),
  };
}

import type { AlarmView } from '#shared/contracts/alarms.ts';

/** Which alarms somebody folded away in this browser, at which height: one that gets worse stands there again. */
const KEY = 'vignette-alarms-folded';
const CHIME = 'vignette-alarms-chime';

export type Folded = Readonly<Record<string, string>>;

export function readFolded(): Folded {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Folded) : {};
  } catch {
    return {};
  }
}

/** Folds these, and forgets those that are over. */
export function fold(alarms: readonly AlarmView[]): Folded {
  const folded = Object.fromEntries(alarms.map(({ id, level }) => [id, level]));
  write(KEY, JSON.stringify(folded));
  return folded;
}

export const isFolded = (folded: Folded, { id, level }: AlarmView): boolean => folded[id] === level;

export const wantsChime = (): boolean => {
  try {
    return localStorage.getItem(CHIME) === 'on';
  } catch {
    return false;
  }
};
export const setChime = (on: boolean): void => write(CHIME, on ? 'on' : 'off');

/** Two short tones; a browser that allows no sound stays silent. */
export function chime(): void {
  try {
    const audio = new AudioContext();
    const gain = audio.createGain();
    gain.gain.value = 0.08;
    gain.connect(audio.destination);
    for (const [index, frequency] of [660, 880].entries()) {
      const tone = audio.createOscillator();
      tone.frequency.value = frequency;
      tone.connect(gain);
      tone.start(audio.currentTime + index * 0.22);
      tone.stop(audio.currentTime + index * 0.22 + 0.16);
      if (index === 1) tone.onended = () => void audio.close();
    }
  } catch {
    // What is said in words is enough.
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing forgets it with the page.
  }
}

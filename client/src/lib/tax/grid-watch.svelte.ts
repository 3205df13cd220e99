import { gridInForce, type HeldGrid } from './grid-source.ts';

/** How old the answer may get while the page is looked at, milliseconds: an approval or midnight shows within it. */
const ASK_AGAIN_MS = 5 * 60_000;
const RETRY_MS = 10_000;

export interface GridWatch {
  /** Null until the first answer. */
  readonly held: HeldGrid | null;
  /** Neither the server nor this browser had one. */
  readonly away: boolean;
}

/** The grid in force for as long as a component is on the page: asked for again in time, when the network is back and when the page is seen. */
export function watchGrid(): GridWatch {
  let held = $state.raw<HeldGrid | null>(null);
  let away = $state(false);

  $effect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function ask(): Promise<void> {
      clearTimeout(timer);
      try {
        const answer = await gridInForce();
        if (gone) return;
        held = answer;
        away = false;
      } catch {
        if (gone) return;
        away = held === null;
      }
      clearTimeout(timer);
      timer = setTimeout(() => void ask(), held && !held.kept ? ASK_AGAIN_MS : RETRY_MS);
    }
    const seen = (): void => void (document.visibilityState === 'visible' && ask());
    const back = (): void => void ask();
    void ask();
    window.addEventListener('online', back);
    document.addEventListener('visibilitychange', seen);
    return () => {
      gone = true;
      clearTimeout(timer);
      window.removeEventListener('online', back);
      document.removeEventListener('visibilitychange', seen);
    };
  });

  return {
    get held() {
      return held;
    },
    get away() {
      return away;
    },
  };
}

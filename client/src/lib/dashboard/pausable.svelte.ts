/** What a topic shows, as far as a page that can be stopped asks. */
export interface Moving<S> {
  readonly state: S | null;
  readonly seq: number;
  readonly asOf: Date | null;
}

export interface Pausable<S> {
  /** What is to be shown: of now, or of when it was stopped. */
  readonly state: S | null;
  readonly asOf: Date | null;
  readonly paused: boolean;
  /** While it is stopped: states that have come since, and how much newer the newest is, milliseconds. */
  readonly behind: { updates: number; ms: number } | null;
  pause(): void;
  /** On with the newest; what came in between is not played. */
  resume(): void;
  toggle(): void;
}

/** Stops a page without stopping what it watches: the newest state is always at hand. */
export function createPausable<S>(source: Moving<S>): Pausable<S> {
  let kept = $state.raw<{ state: S; seq: number; asOf: Date | null } | null>(null);
  const pausable: Pausable<S> = {
    get state() {
      return kept ? kept.state : source.state;
    },
    get asOf() {
      return kept ? kept.asOf : source.asOf;
    },
    get paused() {
      return kept !== null;
    },
    get behind() {
      if (!kept) return null;
      const updates = Math.max(0, source.seq - kept.seq);
      const ms = kept.asOf && source.asOf ? Math.max(0, source.asOf.getTime() - kept.asOf.getTime()) : 0;
      return { updates, ms };
    },
    pause() {
      // Nothing was shown yet: there is nothing to stop at.
      if (source.state !== null) kept ??= { state: source.state, seq: source.seq, asOf: source.asOf };
    },
    resume() {
      kept = null;
    },
    toggle() {
      if (kept) pausable.resume();
      else pausable.pause();
    },
  };
  return pausable;
}

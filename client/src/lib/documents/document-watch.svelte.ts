import type { DocumentView, ReadingProgress } from '#shared/contracts/documents.ts';
import type { Live } from '../live/context.ts';
import { useNow } from '../ui/now.svelte.ts';
import { fieldsToShow } from './field-rows.ts';
import { queuePlace, type QueuePlace } from './queue-place.ts';
import { followMovement, silenceOf, type Movement } from './silence.ts';

/** One document as its page shows it: everything comes from the live topics, so a reload or a second tab sees the same. */
export function watchDocument(live: Live, id: string) {
  const topic = live.topic('document', id);
  const progressTopic = live.topic('document-progress', id);
  const queueTopic = live.topic('reading-queue');
  const now = useNow(500);
  let movement = $state.raw<Movement | null>(null);
  /** This device's clock less the servers', as of the first state received. */
  let skew = $state<number | null>(null);

  const document = $derived<DocumentView | null>(topic.state);
  /** Progress of an earlier attempt says nothing of this one. */
  const progress = $derived<ReadingProgress | null>(
    progressTopic.state && progressTopic.state.attempt === document?.attempt ? progressTopic.state : null,
  );

  $effect(() => {
    if (skew === null && topic.asOf) skew = Date.now() - topic.asOf.getTime();
  });
  $effect(() => {
    if (document?.status !== 'reading') {
      movement = null;
      return;
    }
    // Before the first sign of the reader, the beginning of the attempt is what moved last.
    const seen = progress ?? { attempt: document.attempt, counter: -1, at: document.submittedAt };
    const readAt = progress ? progressTopic.asOf : null;
    movement = followMovement(movement, seen, readAt, Date.now());
  });

  return {
    get document() {
      return document;
    },
    get progress() {
      return progress;
    },
    get fields() {
      return document ? fieldsToShow(document, progress) : [];
    },
    /** ISO 3166-1 of the country that issued it, as far as it was read. */
    get issuer(): string | null {
      return (document?.status === 'reading' ? progress?.country : document?.country) ?? null;
    },
    get place(): QueuePlace {
      const queue = queueTopic.state;
      return queue && document ? queuePlace(queue, document.queueNumber) : { kind: 'unknown' };
    },
    /** Milliseconds without a sign of life, when that is worth saying; the line being down is another matter. */
    get silence() {
      return document?.status === 'reading' && live.connection.status === 'live' ? silenceOf(movement, now.value) : null;
    },
    /** Milliseconds since it was sent. */
    get elapsed() {
      return document ? Math.max(0, now.value - (skew ?? 0) - Date.parse(document.submittedAt)) : 0;
    },
    get status() {
      return topic.status;
    },
    get asOf() {
      return topic.asOf;
    },
    get error() {
      return topic.error;
    },
  };
}

export type DocumentWatch = ReturnType<typeof watchDocument>;

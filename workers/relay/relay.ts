import type { Sql, TransactionSql } from 'postgres';
import type { BusMessage } from '#shared/contracts/bus.ts';
import { EVENTS, type EventName } from '#shared/contracts/events.ts';
import type { BusPublisher } from '#shared/node/live-bus.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { Metrics } from '#shared/node/metrics.ts';
import { OUTBOX_CHANNEL } from '#shared/node/outbox-notifier.ts';
import type { JobQueues } from '#shared/node/queues.ts';
import { withTimeout } from '#shared/node/shutdown.ts';
import { busMessagesOf, coalesce, jobsOf, UnknownToThisRelease, type OutboxRow } from './dispatch.ts';
import { LeadershipLost, createOutboxReader, type Duty, type OutboxReader } from './outbox-reader.ts';
import { createProjector, type Projection, type Projector } from './projector.ts';

const RELAY_LOCK = 528_000_003;
const BATCH = 500;
/** A batch of jobs that the queues have not taken by then is tried again; taken twice, it is there once. Milliseconds. */
const ENQUEUE_MS = 8_000;
/**
 * A leader asks its database something every `pollMs`. One that is silent for so long is frozen or cut off; Postgres then ends its
 * session, and the lock with it, so that another leads. Longer than Redis may keep a batch waiting.
 */
const FROZEN_MS = 15_000;
/**
 * How long a row that this release does not understand is left for a newer relay: while a release is rolled out, nodes of the new one
 * already write what the leader of the old one has never heard of. Milliseconds.
 */
const PATIENCE_MS = 10 * 60_000;

export interface RelayDeps {
  /**
   * Opens a client of the relay's own with one connection, straight to Postgres (not through PgBouncer). postgres.js replaces a
   * connection that breaks without a word, and the lock is gone with it: what is read tells which connection it came from.
   */
  connect: () => Sql;
  bus: BusPublisher;
  queues: JobQueues;
  projections: readonly Projection[];
  /** Adds events to what is computed of them, in the transaction that marks them as told: with each event once, ever. */
  project?: (tx: TransactionSql, rows: readonly OutboxRow[]) => Promise<void>;
  /** Runs beside the screens while this relay leads; is told of events when they were marked. */
  beside?: () => Beside;
  /** Called before the end of sessions is published, so that no node lets them in again. */
  beforeSessionsEnd: (sessionIds: string[]) => Promise<void>;
  logger: Logger;
  metrics: Metrics;
  /** Milliseconds between two looks when nothing wakes it. */
  pollMs?: number;
  /** Milliseconds of silence after which a leader loses its lock. */
  frozenMs?: number;
  /** Milliseconds that an event unknown here is left for a newer relay. */
  patienceMs?: number;
  /** Milliseconds between two tries to become leader. */
  standbyMs?: number;
  /** Called at the places where dying would hurt; the tests die there. */
  onStage?: (stage: 'before-publish' | 'after-publish' | 'before-commit', duty: Duty) => void;
}

/** What runs while a relay leads. */
export interface Beside {
  concern(event: EventName): void;
  stop(): Promise<void>;
}

export interface Relay {
  readonly leading: boolean;
  /** Whether the last look at the outbox went well. */
  readonly healthy: boolean;
  stop(): Promise<void>;
}

/**
 * Moves outbox rows to the live bus and the job queues (DESIGN: mechanism 1). One relay leads, by an advisory lock on the very
 * connection that runs its batches; others stand by. At least once: a row is marked after it was given away.
 */
export function startRelay(deps: RelayDeps): Relay {
  const { logger } = deps;
  const pollMs = deps.pollMs ?? 250;
  const patienceMs = deps.patienceMs ?? PATIENCE_MS;
  const instruments = relayInstruments(deps.metrics);
  // One a duty: they wait apart.
  const bells = { emit: createBell(), enqueue: createBell() };
  const ring = (): void => Object.values(bells).forEach((bell) => bell.ring());
  let stopping = false;
  let leading = false;
  let healthy = false;
  let beside: Beside | null = null;
  const done = run();

  async function run(): Promise<void> {
    while (!stopping) {
      const sql = deps.connect();
      try {
        await standBy(sql);
      } catch (error) {
        if (!stopping)
          logger.warn({ err: error }, error instanceof LeadershipLost ? 'leadership lost' : 'the relay lost its database');
      } finally {
        leading = healthy = false;
        instruments.leading.set(0);
        await sql.end({ timeout: 1 }).catch(() => undefined);
      }
      if (!stopping) await bells.emit.wait(deps.standbyMs ?? 500);
    }
  }

  async function standBy(sql: Sql): Promise<void> {
    while (!stopping) {
      const [row] = await sql<{ got: boolean; pid: number }[]>`
        select set_config('idle_session_timeout', ${String(deps.frozenMs ?? FROZEN_MS)}, false),
          pg_try_advisory_lock(${RELAY_LOCK}) as got, pg_backend_pid() as pid`;
      healthy = true;
      if (row?.got) return lead(sql, row.pid);
      await bells.emit.wait(deps.standbyMs ?? 500);
    }
  }

  async function lead(connection: Sql, pid: number): Promise<void> {
    const listener = deps.connect();
    try {
      await listener.listen(OUTBOX_CHANNEL, ring, ring);
      leading = true;
      instruments.leading.set(1);
      logger.info({ pid }, 'leading');
      const reader = createOutboxReader(connection, pid, { known: Object.keys(EVENTS), patienceMs });
      const projector = createProjector({ projections: deps.projections, bus: deps.bus, logger });
      beside = deps.beside?.() ?? null;
      // Side by side: a queue that answers late, or not at all, does not hold up the screens. Who loses the lock ends both.
      let over = false;
      const goOn = async (name: Duty, round: () => Promise<boolean>, dueInMs: () => number): Promise<void> => {
        try {
          while (!stopping && !over) if (!(await round())) await bells[name].wait(Math.min(pollMs, dueInMs()));
        } finally {
          over = true;
          ring();
        }
      };
      const ended = await Promise.allSettled([
        goOn('emit', () => screens(reader, projector), projector.dueInMs),
        goOn(
          'enqueue',
          () => duty(reader, 'enqueue', enqueue),
          () => pollMs,
        ),
      ]);
      const failed = ended.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
      await beside?.stop();
      await connection`select pg_advisory_unlock(${RELAY_LOCK})`;
    } finally {
      // Another may lead already.
      await beside?.stop();
      beside = null;
      await listener.end({ timeout: 1 }).catch(() => undefined);
    }
  }

  async function screens(reader: OutboxReader, projector: Projector): Promise<boolean> {
    const more = await duty(reader, 'emit', (rows) => emit(rows, projector.concern));
    await projector.run();
    return more;
  }

  /** One batch of one duty; true when there may be more. A failure of Redis leaves the rows as they are, for the next look. */
  async function duty(reader: OutboxReader, name: Duty, give: (rows: OutboxRow[]) => Promise<void>): Promise<boolean> {
    const rows = await reader.take(name, BATCH);
    instruments.lag.set({ duty: name }, rows[0] ? Math.max(0, (Date.now() - Date.parse(rows[0].createdAt)) / 1000) : 0);
    if (rows.length === 0) return false;
    const sound = await parkUnsound(reader, rows, name);
    try {
      deps.onStage?.('before-publish', name);
      await give(sound);
      deps.onStage?.('after-publish', name);
    } catch (error) {
      instruments.failures.inc({ duty: name });
      logger.warn({ err: error, duty: name, rows: sound.length }, 'not given away, tried again');
      await bells[name].wait(pollMs);
      return false;
    }
    const ids = sound.map((row) => row.id);
    if (name === 'enqueue') await reader.mark(name, ids);
    else await markEmitted(reader, sound);
    instruments.rows.inc({ duty: name }, sound.length);
    return rows.length === BATCH && sound.length > 0;
  }

  async function markEmitted(reader: OutboxReader, rows: OutboxRow[]): Promise<void> {
    await reader.markEmitted(
      rows.map((row) => row.id),
      async (tx, marked) => {
        const fresh = rows.filter(({ id }) => marked.has(id));
        if (fresh.length > 0) await deps.project?.(tx, fresh);
        deps.onStage?.('before-commit', 'emit');
      },
    );
    for (const row of rows) beside?.concern(row.name as EventName);
  }

  async function parkUnsound(reader: OutboxReader, rows: OutboxRow[], name: Duty): Promise<OutboxRow[]> {
    const sound: OutboxRow[] = [];
    for (const row of rows) {
      try {
        if (name === 'emit') busMessagesOf(row);
        else jobsOf(row);
        sound.push(row);
      } catch (error) {
        const young = Date.now() - Date.parse(row.createdAt) < patienceMs;
        if (error instanceof UnknownToThisRelease && young) continue;
        const why = error instanceof Error ? error.message : String(error);
        logger.error({ outboxId: row.id, event: row.name, why }, 'ALARM an outbox row cannot be dispatched: parked');
        instruments.parked.inc();
        await reader.park(row.id, why.slice(0, 2_000));
      }
    }
    return sound;
  }

  async function emit(rows: OutboxRow[], concern: (name: EventName) => void): Promise<void> {
    const messages: BusMessage[] = rows.flatMap(busMessagesOf);
    const ended = messages.flatMap((message) => (message.kind === 'session-ended' ? [message.sessionId] : []));
    // The nodes close the sockets even when the cache cannot be told: what they ask next is asked of the database within 60 s.
    if (ended.length > 0) {
      await deps
        .beforeSessionsEnd(ended)
        .catch((error: unknown) => logger.warn({ err: error }, 'ended sessions could not be marked'));
    }
    await deps.bus.publish(coalesce(messages));
    for (const row of rows) concern(row.name as EventName);
  }

  /** A queue whose line never came up would be waited for without an end, and the lock could not be taken again. */
  const enqueue = (rows: OutboxRow[]): Promise<void> =>
    withTimeout(deps.queues.add(rows.flatMap(jobsOf)), ENQUEUE_MS, 'enqueueing');

  return {
    get leading() {
      return leading;
    },
    get healthy() {
      return healthy;
    },
    async stop() {
      stopping = true;
      ring();
      await done;
    },
  };
}

/** A bell that is remembered when it rings while nobody waits. */
function createBell() {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring(): void {
      rung = true;
      wake?.();
    },
    async wait(ms: number): Promise<void> {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = null;
      rung = false;
    },
  };
}

function relayInstruments(metrics: Metrics) {
  return {
    leading: metrics.gauge('relay_leading', '1 when this relay leads'),
    lag: metrics.gauge('relay_lag_seconds', 'Age of the oldest outbox row not done', ['duty']),
    rows: metrics.counter('relay_rows_total', 'Outbox rows done', ['duty']),
    failures: metrics.counter('relay_failures_total', 'Batches that could not be given away', ['duty']),
    parked: metrics.counter('relay_parked_total', 'Outbox rows set aside'),
  };
}

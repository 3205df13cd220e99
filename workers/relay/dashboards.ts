import { roomOf, type BusMessage } from '#shared/contracts/bus.ts';
import {
  DASHBOARD_EVERY_MS,
  DASHBOARD_HEARTBEAT_MS,
  SECTIONS,
  type DashboardScope,
  type DashboardView,
  type Section,
} from '#shared/contracts/dashboards.ts';
import type { EventName } from '#shared/contracts/events.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import type { BusPublisher } from '#shared/node/live-bus.ts';
import type { Logger } from '#shared/node/logger.ts';
import { READ_AT_MOST_MS, READ_EVERY_MS, type Dashboards, type NumberedView } from '#server/dashboard/dashboards.service.ts';
import type { Beside } from './relay.ts';

/** Which sections an event moves, by what it is of; those of one event alone stand by its name. */
const MOVES: Readonly<Record<string, readonly Section[]>> = {
  'payment.succeeded': ['collections', 'pace', 'intents'],
  'refund.approved': ['collections', 'refunds'],
  'document.confirmed': ['documents', 'vehicles'],
  'channels.changed': ['providers'],
  'office.changed': ['hall'],
  payment: ['intents'],
  refund: ['refunds'],
  ticket: ['hall'],
  counter: ['hall'],
  document: ['documents'],
  review: ['documents'],
};
const movedBy = (event: EventName): readonly Section[] => MOVES[event] ?? MOVES[event.slice(0, event.indexOf('.'))] ?? [];

/** Of a scope that nobody looks at: milliseconds between two states, and until it is told again although nothing changed. */
const UNWATCHED = { everyMs: 10_000, heartbeatMs: 60_000 };
const WATCHED = { everyMs: DASHBOARD_EVERY_MS, heartbeatMs: DASHBOARD_HEARTBEAT_MS };
/** Milliseconds between two looks at who looks at what, and at what changes by itself. */
const LOOK_EVERY_MS = 1_000;
/** Milliseconds between two looks whether the totals are there. */
const ENSURE_EVERY_MS = 60_000;

export interface DashboardsBesideDeps {
  dashboards: Dashboards;
  bus: BusPublisher;
  /** Dashboards that somebody looks at; null: nobody can tell, so all of them are. */
  watched: () => Promise<ReadonlySet<string> | null>;
  /** Sees to it that totals are there, and of the country's clock. */
  ensureTotals: () => Promise<void>;
  logger: Logger;
  onProjected?: (seconds: number, scopes: number) => void;
}

/** Tells dashboards what changed, beside the relay that leads: nothing waits for it. */
export const createDashboardsBeside = (deps: DashboardsBesideDeps) => (): Beside => {
  const { dashboards, bus, logger } = deps;
  const moved = new Set<Section>(SECTIONS);
  const readAt = new Map<Section, number>();
  const told = new Map<DashboardScope, { at: number; body: string }>();
  let watched: ReadonlySet<string> | null = null;
  let [lookedAt, ensuredAt, projectedAt] = [0, 0, 0];
  let stopping = false;
  let wake: (() => void) | null = null;
  const done = run();

  const due = (now: number): Set<Section> =>
    new Set(
      SECTIONS.filter((section) => {
        const age = now - (readAt.get(section) ?? 0);
        return age >= READ_EVERY_MS[section] || (moved.has(section) && age >= READ_AT_MOST_MS[section]);
      }),
    );

  /** Whether a scope is to be told now: it changed, or it was silent for long; and never too often. */
  function choose(scope: DashboardScope, compose: () => DashboardView | null, now: number): boolean {
    const [last, pace] = [told.get(scope), watched === null || watched.has(scope) ? WATCHED : UNWATCHED];
    if (!last) return true;
    const age = now - last.at;
    if (age >= pace.heartbeatMs) return true;
    return age >= pace.everyMs && bodyOf(compose()) !== last.body;
  }

  async function look(now: number): Promise<void> {
    if (now - ensuredAt >= ENSURE_EVERY_MS) {
      await deps.ensureTotals();
      ensuredAt = now;
    }
    if (now - lookedAt >= LOOK_EVERY_MS) {
      watched = await deps.watched();
      lookedAt = now;
    }
  }

  async function tick(): Promise<void> {
    const now = Date.now();
    await look(now);
    const sections = due(now);
    // What comes while they are read moves them again.
    for (const section of sections) moved.delete(section);
    try {
      const views = await dashboards.project(sections, (scope, compose) => choose(scope, compose, now));
      for (const section of sections) readAt.set(section, now);
      await tell(views, now);
      deps.onProjected?.((Date.now() - now) / 1000, views.length);
    } catch (error) {
      for (const section of sections) moved.add(section);
      throw error;
    }
  }

  async function tell(views: readonly NumberedView[], now: number): Promise<void> {
    const messages = views.map(({ seq, view }): BusMessage => {
      const topic = topicOf('dashboard', view.scope);
      return { kind: 'live', room: roomOf(topic, 'staff'), message: { topic, seq, state: view, at: view.asOf } };
    });
    // One that could not be told is told again: it is not among those that were.
    for (const { view } of views) told.delete(view.scope);
    await bus.publish(messages);
    for (const { view } of views) told.set(view.scope, { at: now, body: bodyOf(view) });
  }

  async function run(): Promise<void> {
    while (!stopping) {
      projectedAt = Date.now();
      await tick().catch((error: unknown) => logger.warn({ err: error }, 'dashboards could not be told, tried again'));
      await pause();
    }
  }

  /** Until something has moved and may be told, or it is time to look. */
  async function pause(): Promise<void> {
    const since = (): number => Date.now() - projectedAt;
    while (!stopping && since() < (due(Date.now()).size > 0 ? DASHBOARD_EVERY_MS : LOOK_EVERY_MS)) {
      const ms = (due(Date.now()).size > 0 ? DASHBOARD_EVERY_MS : LOOK_EVERY_MS) - since();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(1, ms));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = null;
    }
  }

  return {
    concern(event) {
      const sections = movedBy(event);
      if (sections.length === 0) return;
      for (const section of sections) moved.add(section);
      wake?.();
    },
    async stop() {
      stopping = true;
      wake?.();
      await done;
    },
  };
};

/** What people see of it: when it was read is no change. */
function bodyOf(view: DashboardView | null): string {
  if (!view) return '';
  const { asOf: _asOf, sections: _sections, ...body } = view;
  return JSON.stringify(body);
}

import type { DashboardScope, DashboardView, Section } from '#shared/contracts/dashboards.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import type { Db, Executor } from '#db/connect.ts';
import { writeDashboardStates } from '#db/dashboard.repository.ts';
import { raiseTopic } from '#db/outbox.repository.ts';
import { composeView, scopesOf } from './compose-view.ts';
import { readFacts, type DashboardFacts, type FactsDeps } from './facts.ts';

export interface DashboardsDeps {
  db: Db;
  country: Country;
  clock: () => Date;
  presence: FactsDeps['presence'];
}

/** A dashboard's next state, committed under its number. */
export interface NumberedView {
  seq: number;
  view: DashboardView;
}

export interface Dashboards {
  /** Everything of a scope, read now; null: there is no such scope. */
  read(db: Executor, scope: DashboardScope): Promise<DashboardView | null>;
  /**
   * Reads these sections anew, keeps the states of the scopes that `choose` picks, each under a new number, and answers them once that is
   * committed: only then may they be told. For their projector alone.
   */
  project(
    sections: ReadonlySet<Section>,
    choose: (scope: DashboardScope, compose: () => DashboardView | null) => boolean,
  ): Promise<NumberedView[]>;
}

const NO_SECTIONS: ReadonlySet<Section> = new Set();
/** Facts and states are of one moment. Whoever else numbers them meanwhile makes this one fail, and be done again. */
const ONE_MOMENT = { isolationLevel: 'repeatable read' } as const;

export function createDashboards({ db, country, clock, presence }: DashboardsDeps): Dashboards {
  const deps = { timeZone: country.timeZone, clock, presence };
  let facts: DashboardFacts | null = null;
  return {
    read: async (from, scope) => composeView(scope, await readFacts(from, deps, null, NO_SECTIONS), country),

    async project(sections, choose) {
      const before = facts;
      const told = await db.transaction(async (tx) => {
        const now = await readFacts(tx, deps, before, sections);
        const chosen = scopesOf(now.offices).flatMap((scope) => {
          let view: DashboardView | null | undefined;
          const compose = (): DashboardView | null => (view ??= composeView(scope, now, country));
          return choose(scope, compose) ? (compose() ?? []) : [];
        });
        chosen.sort((a, b) => (a.scope < b.scope ? -1 : 1));
        // Sent at once; one connection does them in this order.
        const [seqs] = await Promise.all([
          Promise.all(chosen.map(({ scope }) => raiseTopic(tx, topicOf('dashboard', scope)))),
          writeDashboardStates(tx, chosen),
        ]);
        return { now, numbered: chosen.map((view, index): NumberedView => ({ seq: seqs[index] ?? 0, view })) };
      }, ONE_MOMENT);
      facts = told.now;
      return told.numbered;
    },
  };
}

export { READ_AT_MOST_MS, READ_EVERY_MS } from './facts.ts';

import { drizzle } from 'drizzle-orm/postgres-js';
import type { Sql } from 'postgres';
import { connectRaw, type Db } from '#db/connect.ts';
import { preparing } from '#db/preparing.ts';

/** A database that remembers what it was asked, so that Postgres can be asked how it does it. */
export interface WatchedDatabase {
  db: Db;
  /** Does some work and answers with the statements that it made. */
  statementsOf(work: () => Promise<unknown>): Promise<Statement[]>;
  /** Tables, larger than `rows`, that a statement would read from one end to the other. */
  walkedThrough(statement: Statement, rows: number): Promise<string[]>;
  close(): Promise<void>;
}

export interface Statement {
  text: string;
  values: unknown[];
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: PlanNode[];
}

export function watchDatabase(url: string): WatchedDatabase {
  const sql: Sql = connectRaw({ url, max: 2, applicationName: 'bench-queries', prepared: true });
  let heard: Statement[] | null = null;
  const db: Db = drizzle(preparing(sql), { logger: { logQuery: (text, values) => void heard?.push({ text, values }) } });
  return {
    db,
    async statementsOf(work) {
      heard = [];
      try {
        await work();
        return heard.filter(({ text }) => /^\s*(select|with)\b/i.test(text));
      } finally {
        heard = null;
      }
    },
    async walkedThrough({ text, values }, rows) {
      const given = values as Parameters<Sql['unsafe']>[1];
      const [row] = await sql.unsafe<{ 'QUERY PLAN': { Plan: PlanNode }[] }[]>(`explain (format json) ${text}`, given);
      const tables = (row?.['QUERY PLAN'] ?? []).flatMap(({ Plan }) => walked(Plan));
      if (tables.length === 0) return [];
      const large = await sql<{ name: string }[]>`
        select relname as name from pg_class where relname = any(${tables}) and reltuples > ${rows} and relnamespace = 'public'::regnamespace`;
      return large.map(({ name }) => name);
    },
    close: () => sql.end({ timeout: 5 }),
  };
}

function walked(plan: PlanNode): string[] {
  const below = (plan.Plans ?? []).flatMap(walked);
  const relation = plan['Relation Name'];
  return relation && plan['Node Type'].endsWith('Seq Scan') ? [relation, ...below] : below;
}

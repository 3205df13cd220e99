import { sql } from 'drizzle-orm';
import type { Page } from 'playwright-core';
import type { Db } from '#db/connect.ts';
import { outbox, topicVersions } from '#db/schema/platform.ts';

/** What a tab was told on its live line, kept from its first line on: says where a change was lost when it does not show. */
export interface LiveWitness {
  /** The changes of an entity: as the outbox has them, and as they came to the tab. */
  account(db: Db, topic: string): Promise<string>;
}

const KEPT = 300;

/** To be called before the tab goes anywhere. */
export function witnessLive(tab: Page): LiveWitness {
  const heard: string[] = [];
  const keep = (what: string): void => {
    heard.push(`${new Date().toISOString()} ${what}`);
    if (heard.length > KEPT) heard.shift();
  };
  tab.on('websocket', (line) => {
    keep('line opened');
    line.on('framereceived', ({ payload }) => keep(`< ${String(payload).slice(0, 160)}`));
    line.on('framesent', ({ payload }) => keep(`> ${String(payload).slice(0, 160)}`));
    line.on('close', () => keep('line closed'));
  });
  return {
    async account(db, topic) {
      const [version] = await db
        .select()
        .from(topicVersions)
        .where(sql`${topicVersions.topic} = ${topic}`);
      const rows = await db
        .select({ name: outbox.name, createdAt: outbox.createdAt, emittedAt: outbox.emittedAt, topics: outbox.topics })
        .from(outbox)
        .where(sql`${outbox.topics} @> ${JSON.stringify([{ topic }])}::jsonb`)
        .orderBy(outbox.position);
      const told = rows.map(
        (row) =>
          `${row.createdAt.toISOString()} ${row.name} seq ${row.topics.find((one) => one.topic === topic)?.seq ?? '-'} emitted ${row.emittedAt?.toISOString() ?? 'not yet'}`,
      );
      return [`${topic} is at ${version?.seq ?? 0}`, ...told, 'the tab’s line:', ...heard].join('\n');
    },
  };
}

import { Secret } from 'otpauth';
import type { Page } from 'playwright-core';
import { sql } from 'drizzle-orm';
import type { Db } from '#db/connect.ts';
import { seedServices } from '#db/demo-services.ts';
import { accounts, offices, secondFactors, users } from '#db/schema/identity.ts';
import { outbox } from '#db/schema/platform.ts';
import { deriveKey, sealText, secondFactorContext } from '#shared/node/keys.ts';
import { hashPassword } from '#shared/node/password-hash.ts';
import type { RunningStack } from '#deploy/local/stack.ts';

/** A live message when it reached a page's socket. */
interface Heard {
  screen: string;
  topic: string;
  seq: number;
  /** Milliseconds of the wall clock, by the browser's network process. */
  at: number;
}

/** What reached the sockets of the screens, as Chromium's network process saw it. */
export interface Listening {
  watch(page: Page, screen: string): Promise<void>;
  /**
   * Milliseconds from the outbox row, or from `notBefore` when that is later, to each socket, of changes after `since`; one for each screen
   * and change.
   */
  delays(db: Db, since: Date, until: Date, notBefore?: Date): Promise<number[]>;
  /** How long each socket that broke was away, milliseconds. */
  breaks(): { screen: string; ms: number }[];
}

const FRAME = /^42\["live",/;

export function listenToScreens(): Listening {
  const heard: Heard[] = [];
  const broken: { screen: string; ms: number }[] = [];
  return {
    breaks: () => broken,
    async watch(page, screen) {
      const devtools = await page.context().newCDPSession(page);
      // The frames' clock counts from an unknown moment: each handshake tells it together with the clock on the wall.
      let offset = 0;
      devtools.on('Network.webSocketWillSendHandshakeRequest', ({ timestamp, wallTime }) => (offset = wallTime - timestamp));
      let [closedAt, live]: [number | null, string | null] = [null, null];
      devtools.on('Network.webSocketHandshakeResponseReceived', ({ requestId, timestamp, response }) => {
        if (response.status !== 101) return;
        if (closedAt !== null) broken.push({ screen, ms: (timestamp - closedAt) * 1000 });
        [closedAt, live] = [null, requestId];
      });
      devtools.on('Network.webSocketClosed', ({ requestId, timestamp }) => {
        if (requestId === live) closedAt = timestamp;
      });
      // Another page has another line.
      page.on('framenavigated', (frame) => {
        if (frame === page.mainFrame()) [closedAt, live] = [null, null];
      });
      devtools.on('Network.webSocketFrameReceived', ({ timestamp, response }) => {
        if (!FRAME.test(response.payloadData)) return;
        const [, message] = JSON.parse(response.payloadData.slice(2)) as [string, { topic?: string; seq?: number }];
        if (typeof message.topic === 'string' && typeof message.seq === 'number')
          heard.push({ screen, topic: message.topic, seq: message.seq, at: (timestamp + offset) * 1000 });
      });
      await devtools.send('Network.enable');
    },
    async delays(db, since, until, notBefore = since) {
      const rows = await db
        .select({ createdAt: outbox.createdAt, topics: outbox.topics })
        .from(outbox)
        .where(sql`${outbox.createdAt} between ${since.toISOString()} and ${until.toISOString()}`);
      const born = new Map(
        rows.flatMap(({ createdAt, topics }) => topics.map(({ topic, seq }) => [`${topic} ${seq}`, createdAt.getTime()])),
      );
      const first = new Map<string, number>();
      for (const { screen, topic, seq, at } of heard) {
        const from = born.get(`${topic} ${seq}`);
        const key = `${screen} ${topic} ${seq}`;
        if (from !== undefined && !first.has(key)) first.set(key, Math.max(0, at - Math.max(from, notBefore.getTime())));
      }
      return [...first.values()];
    },
  };
}

/** The value below which so many of a hundred are. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
}

/** An office of its own with what the demo's do, so that a run finds no line of an earlier one. */
export async function addOffice(db: Db): Promise<typeof offices.$inferSelect> {
  const code = `HALL${Date.now() % 1_000_000}`;
  const [office] = await db.insert(offices).values({ code, name: 'Centre des essais', city: 'Antananarivo' }).returning();
  if (!office) throw new Error('the office could not be added');
  await db.transaction((tx) => seedServices(tx, [code]));
  return office;
}

/** Adds an agent of an office who signs in with both steps; known to the stack by its role from now on. */
export async function addAgent(stack: RunningStack, db: Db, officeId: string, role: string): Promise<void> {
  const totpSecret = new Secret({ size: 20 }).base32;
  const [email, password] = [`${role}-${Date.now()}@bureau.example`, 'mora mora 2026 tsara'];
  const [made] = await db
    .insert(users)
    .values({ name: 'Hery Rabe', email, emailVerified: true, role: 'agent', officeId })
    .returning({ id: users.id });
  if (!made) throw new Error('the agent could not be added');
  await db
    .insert(accounts)
    .values({ userId: made.id, accountId: made.id, providerId: 'credential', password: await hashPassword(password) });
  const key = deriveKey(stack.env['AUTH_SECRET'] ?? '', 'second-factor');
  const sealedSecret = sealText(key, totpSecret, secondFactorContext(made.id));
  await db.insert(secondFactors).values({ userId: made.id, sealedSecret, enrolledAt: new Date() });
  stack.signIns.push({ role, identifier: email, password, totpSecret });
}

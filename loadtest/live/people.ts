import { randomBytes, randomUUID } from 'node:crypto';
import { inArray } from 'drizzle-orm';
import type { Db } from '#db/connect.ts';
import { insertRows } from '#db/insert-rows.ts';
import { sessions, users } from '#db/schema/identity.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { civilDate, yearOf } from '#shared/domain/dates.ts';
import { deriveKey } from '#shared/node/keys.ts';
import { createSessionCookie, SESSION_SECONDS } from '#server/identity/session-cookie.ts';
import type { Part } from '../acts/act-types.ts';
import type { CrowdUser } from './crowd-types.ts';
import { inBatches } from './found-people.ts';
import { inventPeople } from './people-invented.ts';
import { peopleOfCountry } from './people-of-country.ts';
import { givePapers, type Papers } from './papers.ts';
import { dealParts, freePlates } from './parts.ts';

/** A citizen of the load test: signed in, with a document that was read and a payment that waits. */
export interface LoadCitizen extends CrowdUser, Papers {
  userId: string;
}

export interface LoadPeople {
  citizens: LoadCitizen[];
  /** At the counters, before their queue and their till. */
  agents: CrowdUser[];
  /** Administrators before the nation's dashboard. */
  watchers: CrowdUser[];
  offices: string[];
}

export interface PeopleWanted {
  /** PUBLIC_ORIGIN and AUTH_SECRET of the stack: they decide the cookie's name and signature. */
  publicOrigin: string;
  authSecret: string;
  country: Country;
  /** The database is a country that was seeded: its people are taken. Otherwise they are made. */
  seeded: boolean;
  citizens: number;
  watchers: number;
  /** Offices, each with so many citizens in its line's room. */
  offices: number;
  room: number;
  /** None of each: nobody acts. */
  agents: number;
  payments: number;
  takings: number;
  uploads: number;
}

/** Photographs that one person sends at most. */
const UPLOADS_EACH = 3;

/** Signs them in, by rows of the database: nothing about their sessions differs from a real one. */
export async function preparePeople(db: Db, wanted: PeopleWanted): Promise<LoadPeople> {
  const { country } = wanted;
  const fiscalYear = yearOf(civilDate(new Date(), country.timeZone));
  const order = {
    ...{ citizens: wanted.citizens, payable: wanted.payments, agents: wanted.agents, offices: wanted.offices },
    ...{ cashPlates: wanted.agents > 0 ? Math.max(1, wanted.takings) : 0, country: country.code },
  };
  const found = wanted.seeded ? await peopleOfCountry(db, order, fiscalYear) : await inventPeople(db, order);
  const parts = dealParts(found, {
    ...{ freePlates: await freePlates(db, wanted.uploads), fiscalYear },
    uploaders: Math.min(wanted.citizens, Math.ceil(wanted.uploads / UPLOADS_EACH)),
  });
  const watchers = await administrators(db, wanted.watchers);
  const everybody = [
    ...found.citizens.map(({ userId }) => ({ userId, staff: false })),
    ...[...found.agents.map(({ userId }) => userId), ...watchers].map((userId) => ({ userId, staff: true })),
  ];
  const cookies = await signIn(db, everybody, wanted);
  const validUntil = new Date(Date.now() + SESSION_SECONDS * 1_000);
  const papers = await givePapers(db, found.citizens, validUntil);
  const cookieAt = (index: number): string => cookies[index] ?? '';
  const withPart = (part: Part | undefined): { part?: Part } => (part ? { part } : {});
  return {
    offices: found.offices.map(({ id }) => id),
    citizens: found.citizens.map(({ userId }, index) => {
      const own = papers[index] ?? { documentId: '', fieldId: '', paymentId: '' };
      const office = found.offices[Math.floor(index / wanted.room)];
      const topics = [
        ...[topicOf('document', own.documentId), topicOf('payment', own.paymentId), topicOf('notifications', userId)],
        ...[topicOf('channels'), ...(office ? [topicOf('line', office.id)] : [])],
      ];
      return { userId, cookie: cookieAt(index), topics, ...own, ...withPart(parts.citizens[index]) };
    }),
    agents: found.agents.map(({ userId, officeId }, index) => ({
      cookie: cookieAt(found.citizens.length + index),
      topics: [topicOf('queue', officeId), topicOf('till', userId), topicOf('channels')],
      ...withPart(parts.agents[index]),
    })),
    watchers: watchers.map((_, index) => ({
      cookie: cookieAt(found.citizens.length + found.agents.length + index),
      topics: [topicOf('dashboard', 'national'), topicOf('channels')],
    })),
  };
}

/** The same in each run. */
async function administrators(db: Db, count: number): Promise<string[]> {
  const emails = Array.from({ length: count }, (_, index) => `load-administrator-${index}@load.test`);
  const rows = emails.map((email, index) => ({ name: `Load ${index}`, email, emailVerified: true, role: 'administrator' }));
  await db.insert(users).values(rows).onConflictDoNothing();
  return (await db.select({ id: users.id }).from(users).where(inArray(users.email, emails))).map(({ id }) => id);
}

/** A session for each; answers with the cookies, in their order. */
async function signIn(
  db: Db,
  people: readonly { userId: string; staff: boolean }[],
  { publicOrigin, authSecret }: Pick<PeopleWanted, 'publicOrigin' | 'authSecret'>,
): Promise<string[]> {
  const { issue } = createSessionCookie({ publicOrigin, key: deriveKey(authSecret, 'session-cookie').toString('base64url') });
  const now = new Date();
  const at = now.toISOString() as unknown as Date;
  const expiresAt = new Date(now.getTime() + SESSION_SECONDS * 1_000).toISOString() as unknown as Date;
  const rows = people.map(({ userId, staff }) => {
    const id = randomUUID();
    const token = `${id}${randomBytes(24).toString('base64url')}`;
    return { id, userId, token, expiresAt, userAgent: 'load test', secondFactorAt: staff ? at : null };
  });
  await inBatches(rows, (some) => insertRows(db, sessions, some));
  return rows.map(({ token }) => issue(token).split(';', 1)[0] ?? '');
}

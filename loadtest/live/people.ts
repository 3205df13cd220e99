import { randomBytes, randomUUID } from 'node:crypto';
import type { Db } from '#db/connect.ts';
import { insertRows } from '#db/insert-rows.ts';
import { documentFields, documents } from '#db/schema/documents.ts';
import { offices, sessions, users } from '#db/schema/identity.ts';
import { paymentIntents } from '#db/schema/payments.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { deriveKey } from '#shared/node/keys.ts';
import { createSessionCookie, SESSION_SECONDS } from '#server/identity/session-cookie.ts';
import type { CrowdUser } from './crowd-types.ts';

/** A citizen of the load test: signed in, with a document that was read and a payment that waits. */
export interface LoadCitizen extends CrowdUser {
  userId: string;
  documentId: string;
  fieldId: string;
  paymentId: string;
}

export interface LoadPeople {
  citizens: LoadCitizen[];
  /** Administrators before the nation's dashboard. */
  watchers: CrowdUser[];
  offices: string[];
}

export interface PeopleWanted {
  /** PUBLIC_ORIGIN and AUTH_SECRET of the stack: they decide the cookie's name and signature. */
  publicOrigin: string;
  authSecret: string;
  citizens: number;
  watchers: number;
  /** Offices, each with so many citizens in its line's room. */
  offices: number;
  room: number;
}

const AT_ONCE = 2_000;

/** Makes them, as rows of the database: nothing about their sessions differs from a real one. */
export async function preparePeople(db: Db, wanted: PeopleWanted): Promise<LoadPeople> {
  const run = randomBytes(4).toString('hex');
  const key = deriveKey(wanted.authSecret, 'session-cookie').toString('base64url');
  const { issue } = createSessionCookie({ publicOrigin: wanted.publicOrigin, key });
  const now = new Date();
  const at = now.toISOString() as unknown as Date;
  const later = new Date(now.getTime() + SESSION_SECONDS * 1_000).toISOString() as unknown as Date;
  const officeIds = Array.from({ length: wanted.offices }, () => randomUUID());
  await insertRows(
    db,
    offices,
    officeIds.map((id, index) => ({
      id,
      code: `LT${run}${index}`.toUpperCase(),
      name: `Load test ${index + 1}`,
      city: 'Antananarivo',
    })),
  );
  const person = (index: number, role: string) => {
    const userId = randomUUID();
    const sessionId = randomUUID();
    const token = `${sessionId}${randomBytes(24).toString('base64url')}`;
    return {
      ...{ userId, cookie: issue(token).split(';', 1)[0] ?? '' },
      user: { id: userId, name: `Load ${index}`, email: `load-${run}-${role}-${index}@load.test`, emailVerified: true, role },
      session: {
        id: sessionId,
        userId,
        token,
        expiresAt: later,
        userAgent: 'load test',
        secondFactorAt: role === 'citizen' ? null : at,
      },
    };
  };
  const citizens = Array.from({ length: wanted.citizens }, (_, index) => {
    const [documentId, fieldId, paymentId] = [randomUUID(), randomUUID(), randomUUID()];
    const made = person(index, 'citizen');
    const own = [
      topicOf('document', documentId),
      topicOf('payment', paymentId),
      topicOf('notifications', made.userId),
      topicOf('channels'),
    ];
    const officeId = officeIds[Math.floor(index / wanted.room)];
    return {
      ...made,
      documentId,
      fieldId,
      paymentId,
      topics: [...own, ...(officeId === undefined ? [] : [topicOf('line', officeId)])],
    };
  });
  const watchers = Array.from({ length: wanted.watchers }, (_, index) => ({
    ...person(index, 'administrator'),
    topics: [topicOf('dashboard', 'national'), topicOf('channels')],
  }));
  const everybody = [...citizens, ...watchers];
  for (let start = 0; start < everybody.length; start += AT_ONCE) {
    const some = everybody.slice(start, start + AT_ONCE);
    await insertRows(
      db,
      users,
      some.map(({ user }) => user),
    );
    await insertRows(
      db,
      sessions,
      some.map(({ session }) => session),
    );
  }
  for (let start = 0; start < citizens.length; start += AT_ONCE) {
    const some = citizens.slice(start, start + AT_ONCE);
    await insertRows(
      db,
      documents,
      some.map(({ userId, documentId: id }) => ({ id, userId, status: 'read', attempt: 1, attemptsTotal: 1, readAt: at })),
    );
    await insertRows(
      db,
      documentFields,
      some.map(({ fieldId: id, documentId }, index) => ({
        ...{ id, documentId, name: 'plate', value: `${1000 + index} TBA`, confidence: 0.9, source: 'label' },
        page: 'recto' as const,
      })),
    );
    await insertRows(
      db,
      paymentIntents,
      some.map(({ paymentId: id, userId: payerId }) => ({
        ...{ id, payerId, idempotencyKey: randomUUID(), orderDigest: run, provider: 'mvola' as const, phone: '+261340000000' },
        ...{ state: 'pending' as const, amount: 100_000, currency: 'MGA', expiresAt: later },
      })),
    );
  }
  return {
    citizens: citizens.map(({ userId, cookie, topics, documentId, fieldId, paymentId }) => ({
      userId,
      cookie,
      topics,
      documentId,
      fieldId,
      paymentId,
    })),
    watchers: watchers.map(({ cookie, topics }) => ({ cookie, topics })),
    offices: officeIds,
  };
}

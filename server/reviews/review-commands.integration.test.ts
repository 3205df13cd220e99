import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findReview } from '#db/reviews.repository.ts';
import type { Role } from '#shared/contracts/identity.ts';
import { REVIEW_GRACE_MS } from '#shared/domain/reviews.ts';
import { silentLogger, until } from '#shared/node/testing/helpers.ts';
import { createDocumentsFixture, NEEDED, type DocumentsFixture } from '../documents/testing/documents-fixture.ts';
import { noticesOf } from '../notices/notice-sources.ts';
import type { CommandContext } from '../sockets/commands.ts';
import { createLeasesService } from './leases.service.ts';
import { createReviewHandlers, type ReviewHandlers } from './reviews.handlers.ts';
import { createReviewsService } from './reviews.service.ts';
import { reviewsTopic } from './reviews.topic.ts';

let fixture: DocumentsFixture;
let review: ReviewHandlers;
let plate = 2000;

beforeAll(async () => {
  fixture = await createDocumentsFixture();
  const deps = {
    ...{ db: fixture.database.db, notifier: { wake: () => undefined }, clock: fixture.clock },
    ...{ country: 'MG', timeZone: 'Indian/Antananarivo' },
  };
  review = createReviewHandlers({
    ...{ leases: createLeasesService(deps), reviews: createReviewsService(deps), logger: silentLogger() },
  });
});
afterAll(() => fixture.close());

async function doubtful() {
  const citizen = await fixture.addUser();
  const id = await fixture.read(citizen, { ...NEEDED, plate: `${plate++}TAB` }, 'MG');
  await fixture.documents.correctField(citizen, id, 'fiscal_power', '4');
  await fixture.documents.confirm(citizen, id, false);
  return { id, citizen };
}
async function contextOf(role: Role): Promise<CommandContext> {
  const viewer = { userId: await fixture.addUser(), sessionId: randomUUID(), role, officeId: null };
  return { viewer, logger: silentLogger(), subscriber: { rooms: new Set(), join: () => undefined, leave: () => undefined } };
}

describe.each(['citizen', 'auditor', 'administrator'] as const)('a person who is %s', (role) => {
  it('may not do anything with reviews, nor watch the list', async () => {
    const { id: documentId } = await doubtful();
    const context = await contextOf(role);
    const { handlers } = review;
    const about = { documentId, round: 1 };
    const tried = [
      handlers['review:next'](context, {}),
      handlers['review:take'](context, { documentId }),
      handlers['review:renew'](context, { documentId }),
      handlers['review:release'](context, { documentId }),
      handlers['review:decide'](context, { ...about, corrections: [] }),
      handlers['review:ask-photo'](context, { ...about, reason: 'blurred', side: 'recto', note: '' }),
    ];
    for (const one of await Promise.allSettled(tried)) expect(one).toMatchObject({ reason: { code: 'FORBIDDEN' } });
    expect(await reviewsTopic.authorise(fixture.database.db, context.viewer, '')).toBeNull();
    expect(await findReview(fixture.database.db, documentId)).toMatchObject({ status: 'open', holderId: null });
  });
});

describe.each(['agent', 'supervisor'] as const)('a person who is %s', (role) => {
  it('watches the list; a socket that goes shortens what was taken through it, and no other', async () => {
    const { id: documentId } = await doubtful();
    const other = await doubtful();
    const [context, elsewhere] = [await contextOf(role), await contextOf(role)];
    elsewhere.viewer = context.viewer;
    expect(await reviewsTopic.authorise(fixture.database.db, context.viewer, '')).toBe('staff');
    await review.handlers['review:take'](context, { documentId });
    await review.handlers['review:take'](elsewhere, { documentId: other.id });
    review.onGone(context.subscriber, context.viewer.userId);
    const left = async (id: string): Promise<number> =>
      ((await findReview(fixture.database.db, id))?.heldUntil?.getTime() ?? 0) - fixture.clock().getTime();
    await until(async () => (await left(documentId)) <= REVIEW_GRACE_MS, { what: 'a shorter lease' });
    expect(await left(documentId)).toBeGreaterThan(0);
    expect(await left(other.id)).toBeGreaterThan(REVIEW_GRACE_MS);
  });
});

describe('the citizen is told', () => {
  const told = (event: 'review.corrected' | 'review.photo_asked', documentId: string) =>
    fixture.database.db.transaction((tx) => noticesOf(tx, randomUUID(), { event, documentId }, fixture.clock()));

  it('which values an agent corrected, and of nothing that was not decided', async () => {
    const { id: documentId, citizen } = await doubtful();
    expect(await told('review.corrected', documentId)).toEqual([]);
    const context = await contextOf('agent');
    await review.handlers['review:take'](context, { documentId });
    const corrections = [{ name: 'fiscal_power' as const, value: '7' }];
    await review.handlers['review:decide'](context, { documentId, round: 1, corrections });
    expect(await told('review.photo_asked', documentId)).toEqual([]);
    const [notice] = await told('review.corrected', documentId);
    expect(notice).toMatchObject({
      userId: citizen,
      content: { kind: 'document_review_corrected', params: { documentId, fields: ['fiscal_power'] } },
    });
  });

  it('that another photograph is asked for, and why; never the agent’s own words', async () => {
    const { id: documentId, citizen } = await doubtful();
    const context = await contextOf('agent');
    await review.handlers['review:take'](context, { documentId });
    const request = { documentId, round: 1, reason: 'blurred' as const, side: 'recto' as const, note: 'Bougé.' };
    await review.handlers['review:ask-photo'](context, request);
    const [notice] = await told('review.photo_asked', documentId);
    expect(notice).toMatchObject({ userId: citizen, content: { kind: 'document_photo_asked', params: { reason: 'blurred' } } });
    expect(JSON.stringify(notice)).not.toContain('Bougé');
  });
});

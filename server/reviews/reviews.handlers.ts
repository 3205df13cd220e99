import { withScope } from '#db/scope.ts';
import type { CommandName } from '#shared/contracts/commands.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { Subscriber } from '../live/live.service.ts';
import type { CommandHandlers } from '../sockets/commands.ts';
import { requireAction } from '../sockets/require-action.ts';
import type { LeasesService } from './leases.service.ts';
import type { ReviewsService } from './reviews.service.ts';

export interface ReviewHandlersDeps {
  reviews: ReviewsService;
  leases: LeasesService;
  logger: Logger;
}

export interface ReviewHandlers {
  handlers: CommandHandlers<CommandName & `review:${string}`>;
  /** A socket is gone, with what was taken through it. */
  onGone(socket: Subscriber, userId: string): void;
}

/** Socket commands about reviews, of agents and supervisors. */
export function createReviewHandlers({ reviews, leases, logger }: ReviewHandlersDeps): ReviewHandlers {
  /** What each socket has before it: the page of an agent has one document, their tabs have several. */
  const taken = new WeakMap<Subscriber, Set<string>>();
  const note = (socket: Subscriber, documentId: string): void => {
    taken.set(socket, (taken.get(socket) ?? new Set()).add(documentId));
  };
  const forget = (socket: Subscriber, documentId: string): void => void taken.get(socket)?.delete(documentId);

  return {
    handlers: {
      'review:next': requireAction('document.review', async ({ viewer, subscriber }) => {
        const review = await leases.next(viewer.userId);
        note(subscriber, review.document.id);
        return review;
      }),
      'review:take': requireAction('document.review', async ({ viewer, subscriber }, { documentId }) => {
        const review = await leases.take(viewer.userId, documentId);
        note(subscriber, documentId);
        return review;
      }),
      'review:renew': requireAction('document.review', async ({ viewer, subscriber }, { documentId }) => {
        const until = await leases.renew(viewer.userId, documentId);
        note(subscriber, documentId);
        return { heldUntil: until.toISOString() };
      }),
      'review:release': requireAction('document.review', async ({ viewer, subscriber }, { documentId }) => {
        forget(subscriber, documentId);
        await leases.release(viewer.userId, documentId);
        return null;
      }),
      'review:decide': requireAction('document.review', async ({ viewer, subscriber }, decision) => {
        await reviews.decide(viewer.userId, decision);
        forget(subscriber, decision.documentId);
        return null;
      }),
      'review:ask-photo': requireAction('document.review', async ({ viewer, subscriber }, request) => {
        await reviews.askPhoto(viewer.userId, request);
        forget(subscriber, request.documentId);
        return null;
      }),
    },
    onGone(socket, userId) {
      const documents = taken.get(socket);
      if (!documents?.size) return;
      withScope({ actor: 'system' }, () => leases.lineGone(userId, [...documents])).catch((error: unknown) =>
        logger.warn({ err: error, userId }, 'leases could not be shortened: they end by themselves'),
      );
    },
  };
}

import { Readable } from 'node:stream';
import { Hono, type MiddlewareHandler } from 'hono';
import { z } from 'zod';
import type { Db } from '#db/connect.ts';
import { findReceipt, isBeingSigned, type FoundReceipt } from '#db/receipts.repository.ts';
import { findTaking } from '#db/tills.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { ReceiptReference, type ReceiptView } from '#shared/contracts/receipts.ts';
import { can } from '#shared/domain/policy.ts';
import { receiptKey } from '#shared/domain/object-keys.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import type { Viewer } from '../live/topic.ts';

export interface ReceiptRoutesDeps {
  db: Db;
  store: Pick<ObjectStore, 'get'>;
  /** Sets `viewer`, or refuses. */
  requireSession: MiddlewareHandler<HttpEnvironment>;
}

const Reference = z.object({ reference: ReceiptReference });

/** Receipts, for who paid and who took the cash; mounted at `/api/receipts`. */
export function createReceiptRoutes({ db, store, requireSession }: ReceiptRoutesDeps): Hono<HttpEnvironment> {
  /** For who paid, and of cash for who sees the till in which it lies: they print it. */
  async function own(viewer: Viewer, reference: string): Promise<FoundReceipt> {
    const found = Reference.safeParse({ reference }).success ? await findReceipt(db, reference) : null;
    if (!found && Reference.safeParse({ reference }).success && (await isBeingSigned(db, reference)))
      throw new AppError('RECEIPT_NOT_READY', { retryAfterSeconds: 1 });
    if (!found) throw new AppError('RECEIPT_NOT_FOUND');
    if (found.payerId === viewer.userId) return found;
    const taking = found.provider === 'cash' ? await findTaking(db, found.paymentId) : null;
    if (!taking || !can(viewer, 'cash.print', { ownerId: taking.agentId, officeId: taking.officeId }))
      throw new AppError('RECEIPT_NOT_FOUND');
    return found;
  }
  return new Hono<HttpEnvironment>()
    .use(requireSession)
    .get('/:reference', async (c) => {
      const { payerId: _payerId, ...view } = await own(c.get('viewer'), c.req.param('reference'));
      return c.json<ReceiptView>(view);
    })
    .get('/:reference/pdf', async (c) => {
      const receipt = await own(c.get('viewer'), c.req.param('reference'));
      const stored = receipt.pdfReady ? await store.get(receiptKey(receipt.issuedAt, receipt.reference)) : null;
      if (!stored) throw new AppError('RECEIPT_NOT_READY', { retryAfterSeconds: 1 });
      c.header('Content-Type', 'application/pdf');
      c.header('Content-Disposition', `inline; filename="vignette-${receipt.plate}-${receipt.fiscalYear}.pdf"`);
      c.header('Cache-Control', 'private, no-cache');
      return c.body(Readable.toWeb(stored.body) as ReadableStream);
    });
}

import { Readable } from 'node:stream';
import { Hono, type MiddlewareHandler } from 'hono';
import { z } from 'zod';
import type { Db } from '#db/connect.ts';
import { findReceipt, type FoundReceipt } from '#db/receipts.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { ReceiptReference, type ReceiptView } from '#shared/contracts/receipts.ts';
import { receiptKey } from '#shared/domain/object-keys.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { HttpEnvironment } from '../http/environment.ts';

export interface ReceiptRoutesDeps {
  db: Db;
  store: Pick<ObjectStore, 'get'>;
  /** Sets `viewer`, or refuses. */
  requireSession: MiddlewareHandler<HttpEnvironment>;
}

const Reference = z.object({ reference: ReceiptReference });

/** Receipts, for who paid; mounted at `/api/receipts`. */
export function createReceiptRoutes({ db, store, requireSession }: ReceiptRoutesDeps): Hono<HttpEnvironment> {
  async function own(userId: string, reference: string): Promise<FoundReceipt> {
    const found = Reference.safeParse({ reference }).success ? await findReceipt(db, reference) : null;
    if (found?.payerId !== userId) throw new AppError('RECEIPT_NOT_FOUND');
    return found;
  }
  return new Hono<HttpEnvironment>()
    .use(requireSession)
    .get('/:reference', async (c) => {
      const { payerId: _payerId, ...view } = await own(c.get('viewer').userId, c.req.param('reference'));
      return c.json<ReceiptView>(view);
    })
    .get('/:reference/pdf', async (c) => {
      const receipt = await own(c.get('viewer').userId, c.req.param('reference'));
      const stored = receipt.pdfReady ? await store.get(receiptKey(receipt.issuedAt, receipt.reference)) : null;
      if (!stored) throw new AppError('RECEIPT_NOT_READY', { retryAfterSeconds: 1 });
      c.header('Content-Type', 'application/pdf');
      c.header('Content-Disposition', `inline; filename="vignette-${receipt.plate}-${receipt.fiscalYear}.pdf"`);
      c.header('Cache-Control', 'private, no-cache');
      return c.body(Readable.toWeb(stored.body) as ReadableStream);
    });
}

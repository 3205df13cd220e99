import { Hono } from 'hono';
import type { Db } from '#db/connect.ts';
import { receiptKeyList } from '#db/receipts.repository.ts';
import { findRegistered, newestRevocationList } from '#db/revocations.repository.ts';
import { asSystem } from '#db/scope.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { ReceiptReference, type RegisterAnswer, type SignedText, type VerificationKeys } from '#shared/contracts/receipts.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { addressKey, type RateLimit } from '../http/rate-limits.ts';

export interface VerificationRoutesDeps {
  db: Db;
  clock: () => Date;
  /** By address. */
  registerLimit: RateLimit;
}

/** Questions about single receipts an hour and address: a busy checkpoint, whose inspectors may share one address. */
export const REGISTER_LIMIT = { points: 600, seconds: 3_600 };

/** What verifies receipts, for everybody and without personal data; mounted at `/api/verify`. */
export function createVerificationRoutes({ db, clock, registerLimit }: VerificationRoutesDeps): Hono<HttpEnvironment> {
  return new Hono<HttpEnvironment>()
    .get('/keys', async (c) => {
      const answer: VerificationKeys = { keys: await receiptKeyList(db), asOf: clock().toISOString() };
      return c.json(answer, 200, { 'Cache-Control': 'public, max-age=60' });
    })
    .get('/revocations', async (c) => {
      const list = await newestRevocationList(db);
      if (!list) throw new AppError('UNAVAILABLE', { retryAfterSeconds: 5 });
      // A signature is never that of two texts.
      const etag = `"${list.signature.slice(0, 22)}"`;
      c.header('Cache-Control', 'public, max-age=60');
      c.header('ETag', etag);
      if (c.req.header('if-none-match')?.includes(etag)) return c.body(null, 304);
      return c.json<SignedText>({ text: list.text, signature: list.signature });
    })
    .get('/receipts/:reference', async (c) => {
      await registerLimit.consume(addressKey(c.get('clientAddress')));
      const reference = ReceiptReference.safeParse(c.req.param('reference'));
      const found = reference.success ? await asSystem(db, () => findRegistered(db, reference.data)) : null;
      if (!found) throw new AppError('RECEIPT_NOT_FOUND');
      return c.json<RegisterAnswer>({ ...found, asOf: clock().toISOString() });
    });
}

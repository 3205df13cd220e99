import type { Db } from '#db/connect.ts';
import { markPdfStored, receiptsToRender } from '#db/receipts.repository.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { receiptKey } from '#shared/domain/object-keys.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { WorkerConfig } from '../config.ts';
import { renderReceipt } from './receipt-pdf.ts';

export interface RenderReceiptsDeps {
  db: Db;
  store: Pick<ObjectStore, 'put'>;
  country: Country;
  clock: () => Date;
  config: Pick<WorkerConfig, 'PUBLIC_ORIGIN'>;
}

/** Puts the PDFs of a payment's receipts into the object store; those that are there stay, until their receipt is revoked. Twice makes the same file again. */
export async function renderReceipts(
  { db, store, country, clock, config }: RenderReceiptsDeps,
  paymentId: string,
): Promise<void> {
  for (const receipt of await receiptsToRender(db, paymentId)) {
    const pdf = await renderReceipt(receipt, country, config.PUBLIC_ORIGIN);
    await store.put(receiptKey(receipt.issuedAt, receipt.reference), pdf, 'application/pdf');
    await markPdfStored(db, receipt.reference, clock(), receipt.revokedAt !== null);
  }
}

import type { Db } from '#db/connect.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { signReceipt, unsignedReceipts } from '#db/receipts.repository.ts';
import { findTaking } from '#db/tills.repository.ts';
import { receiptText } from '#shared/domain/payments/receipt-text.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import type { ReceiptSigner } from '#shared/node/receipt-signer.ts';
import { paymentChange } from '../payments/payment-events.ts';
import { tillChange } from './till-events.ts';

export interface SignReceiptsDeps {
  db: Db;
  signer: ReceiptSigner;
  notifier: OutboxNotifier;
}

/**
 * Signs the receipts of cash, which have their numbers from the posting: nodes do not hold the key (ADR 007, 018). Twice, or by two at once,
 * each is signed once. The till's screen and the payer's learn of it.
 */
export async function signReceipts({ db, signer, notifier }: SignReceiptsDeps, paymentId: string): Promise<void> {
  if ((await unsignedReceipts(db, paymentId)).length === 0) return;
  await db.transaction(async (tx) => {
    const { keyId } = signer;
    let signed = 0;
    for (const facts of await unsignedReceipts(tx, paymentId)) {
      const text = receiptText({ keyId, ...facts });
      if (await signReceipt(tx, facts.reference, { keyId, text, signature: signer.sign(text) })) signed += 1;
    }
    const taking = await findTaking(tx, paymentId);
    if (signed === 0 || !taking) return;
    await appendOutbox(tx, 'receipt.signed', { paymentId }, [paymentChange(paymentId), tillChange(taking.agentId)]);
  });
  notifier.wake();
}

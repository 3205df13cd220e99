import { createHash } from 'node:crypto';
import type { Db } from '#db/connect.ts';
import {
  insertRevocationList,
  lockRevocationLists,
  newestRevocationList,
  revokedReferences,
} from '#db/revocations.repository.ts';
import { receiptKeyList } from '#db/receipts.repository.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { entryOf, revocationListText } from '#shared/domain/payments/revocation-list.ts';
import type { ReceiptSigner } from '#shared/node/receipt-signer.ts';

export interface RevocationListDeps {
  db: Db;
  signer: ReceiptSigner;
  country: Pick<Country, 'timeZone'>;
  clock: () => Date;
}

/** A list promises the next one for so long after itself, milliseconds; the schedule keeps the promise twice over. */
export const NEXT_ISSUE_MS = 3600_000;
/** Lists are kept so long, for an argument about what could be known. Milliseconds. */
const KEPT_MS = 90 * 24 * 3600_000;

/**
 * Makes, signs and keeps a list of the receipts revoked by now. Twice, or in two processes at once, makes two lists of which the later
 * holds at least what the earlier one did: they wait for each other, and the dates rise although two clocks may not agree.
 * Throws when the key was revoked: what it signs is believed by nobody.
 */
export async function issueRevocationList({ db, signer, country, clock }: RevocationListDeps): Promise<void> {
  const key = (await receiptKeyList(db)).find(({ keyId }) => keyId === signer.keyId);
  if (key?.revokedAt) throw new Error(`the receipt key ${signer.keyId} was revoked: give this process another`);
  await db.transaction(async (tx) => {
    await lockRevocationLists(tx);
    const last = (await newestRevocationList(tx))?.issuedAt.getTime() ?? 0;
    // To the second, as its text says it.
    const at = Math.max(Math.floor(clock().getTime() / 1000) * 1000, last + 1000);
    const [issuedAt, nextIssueAt] = [new Date(at), new Date(at + NEXT_ISSUE_MS)];
    const references = await revokedReferences(tx, civilDate(issuedAt, country.timeZone));
    const entries = references.map((reference) => entryOf(createHash('sha256').update(reference).digest()));
    const text = revocationListText({ keyId: signer.keyId, issuedAt, nextIssueAt, entries });
    const row = { issuedAt, nextIssueAt, keyId: signer.keyId, text, signature: signer.sign(text) };
    await insertRevocationList(tx, row, new Date(at - KEPT_MS));
  });
}

import type { ProviderCode } from '#shared/contracts/payments.ts';
import type { CORRECTED_FOR } from '#shared/contracts/reconciliation.ts';
import type { Account, LedgerLine } from './posting.ts';

/**
 * The ledger lines that bring a provider's account to what its statement says. `delta`: what the statement has more than our books, minor
 * unit. What is not known to be whose waits in `suspense:<provider>`; what the provider keeps is in `fees:<provider>`. No tax is touched:
 * that is what payments and refunds are for.
 */
export function correctionLines(provider: ProviderCode, delta: number, reason: (typeof CORRECTED_FOR)[number]): LedgerLine[] {
  if (!Number.isSafeInteger(delta) || delta === 0)
    throw new Error('a correction is of a whole number of minor units, and not of nothing');
  const other: Account = reason === 'provider_fee' ? `fees:${provider}` : `suspense:${provider}`;
  const line = (account: Account, amount: number): LedgerLine => ({
    ...{ account, debit: Math.max(0, amount), credit: Math.max(0, -amount) },
    ...{ itemId: null, fiscalYear: null },
  });
  return [line(`provider:${provider}`, delta), line(other, -delta)];
}

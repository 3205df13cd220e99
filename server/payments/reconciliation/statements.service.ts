import type { ProviderCode } from '#shared/contracts/payments.ts';
import { mtnMomoStatement } from './formats/mtn-momo.ts';
import { mvolaStatement } from './formats/mvola.ts';
import { stripeStatement } from './formats/stripe.ts';
import type { StatementFormat } from './statement-format.ts';

/** How each provider writes its statements; one without does not compile. */
export const STATEMENT_FORMATS: Readonly<Record<ProviderCode, StatementFormat>> = {
  mtn_momo: mtnMomoStatement,
  mvola: mvolaStatement,
  stripe: stripeStatement,
};

import type { ErrorCode } from '#shared/contracts/errors.ts';

declare global {
  namespace App {
    interface Error {
      message: string;
      /** Set when the failure has a name of ours: the page says what `errors.<CODE>` says. */
      code?: ErrorCode;
    }
  }
}

import { z } from 'zod';
import { Id, Instant } from './ids.ts';
import { Code, Identifier, Locale, Password } from './identity.ts';

/** A password as it is asked for again before something that cannot be taken back: any length that one may have. */
const Current = z.string().min(1).max(128);

/** A lost password: a code to the address, then a new password. */
export const RecoveryStart = z.object({ identifier: Identifier, locale: Locale });
export type RecoveryStart = z.infer<typeof RecoveryStart>;
/** Kept by the browser that asked until the code is typed: without it a code is worth nothing. */
export const RecoveryTicket = z.object({ ticket: Id });
export type RecoveryTicket = z.infer<typeof RecoveryTicket>;
export const RecoveryComplete = z.object({ identifier: Identifier, ticket: Id, code: Code, password: Password });
export type RecoveryComplete = z.infer<typeof RecoveryComplete>;

/** Another e-mail address or phone number in place of the one of that kind, or beside the other kind. */
export const ContactStart = z.object({ identifier: Identifier, password: Current, locale: Locale });
export type ContactStart = z.infer<typeof ContactStart>;
export const ContactComplete = z.object({ identifier: Identifier, code: Code });
export type ContactComplete = z.infer<typeof ContactComplete>;

export const CloseAccount = z.object({ password: Current });
/** What still stands in the way of closing, and what will be let go. */
export const ClosingView = z.object({
  /** Payments that have not ended, or whose money is still to be paid back. */
  paymentsUnderWay: z.number().int(),
  vehicles: z.number().int(),
  documents: z.number().int(),
  receipts: z.number().int(),
});
export type ClosingView = z.infer<typeof ClosingView>;

export const StartExport = z.object({ password: Current, locale: Locale });
/** A copy of what is held about a person: state of the topic `account-export:<user>`, the newest; null: none was asked for. */
export const ExportView = z.object({
  id: Id,
  state: z.enum(['waiting', 'ready', 'failed', 'expired']),
  /** Files that are in it already, of how many; 0 of 0 until it is begun. */
  done: z.number().int(),
  total: z.number().int(),
  bytes: z.number().int().nullable(),
  createdAt: Instant,
  /** When it is deleted. */
  expiresAt: Instant,
});
export type ExportView = z.infer<typeof ExportView>;

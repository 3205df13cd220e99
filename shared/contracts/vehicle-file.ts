import { z } from 'zod';
import { DocumentStatus, FieldName, PageSide } from './documents.ts';
import { Id, Instant } from './ids.ts';
import { PaymentState, PaymentWay } from './payments.ts';
import { VehicleListed } from './register.ts';
import { Assessment } from './tax.ts';
import { VehicleView } from './vehicles.ts';

const Person = z.object({ id: Id, name: z.string() });

/** A document as the staff lists it: what a photograph is fetched by, and what was read of it. */
export const FiledDocument = z.object({
  id: Id,
  status: DocumentStatus,
  /** The account that sent it. */
  sender: Person,
  submittedAt: Instant,
  sides: z.array(z.object({ side: PageSide, pageId: Id, ready: z.boolean() })),
  fields: z.array(z.object({ name: FieldName, value: z.string() })),
});
export type FiledDocument = z.infer<typeof FiledDocument>;

/** A claim that waits for a decision, with the document that it rests on. */
export const FiledClaim = z.object({ id: Id, claimant: Person, openedAt: Instant, document: FiledDocument });
export type FiledClaim = z.infer<typeof FiledClaim>;

/** A tax of the vehicle in a payment. */
export const FiledPayment = z.object({
  paymentId: Id,
  state: PaymentState,
  provider: PaymentWay,
  fiscalYear: z.number().int(),
  amount: z.number().int(),
  currency: z.string().length(3),
  startedAt: Instant,
  settledAt: Instant.nullable(),
  receipt: z.object({ number: z.string(), reference: z.string(), revoked: z.boolean() }).nullable(),
});
export type FiledPayment = z.infer<typeof FiledPayment>;

export const FiledNote = z.object({ id: Id, author: z.string(), text: z.string(), writtenAt: Instant });
export type FiledNote = z.infer<typeof FiledNote>;

/** State of the topic `vehicle-file:<vehicle>`, for the staff: all that is known of a vehicle. */
export const VehicleFileView = z.object({
  vehicle: VehicleView.omit({ due: true, paid: true, paymentId: true }).extend({
    /** When it came to its owner; null: nobody's. */
    owner: z.object({ name: z.string(), userId: Id.nullable(), since: Instant }).nullable(),
  }),
  /** The same owner's others. */
  others: z.array(VehicleListed),
  /** This fiscal year's tax; null: its country has no grid in force. */
  assessment: Assessment.nullable(),
  paid: z.boolean(),
  /** Newest first; the one that the register goes by is `vehicle.documentId`. */
  documents: z.array(FiledDocument),
  /** Of five years, newest first. */
  payments: z.array(FiledPayment),
  /** Open ones, oldest first. */
  claims: z.array(FiledClaim),
  notes: z.array(FiledNote),
});
export type VehicleFileView = z.infer<typeof VehicleFileView>;

/** Input of `claim:decide`. A refusal says why, to the claimant. */
export const DecideClaim = z.discriminatedUnion('decision', [
  z.object({ claimId: Id, decision: z.literal('accept') }),
  z.object({ claimId: Id, decision: z.literal('refuse'), reason: z.string().trim().min(3).max(300) }),
]);
export type DecideClaim = z.infer<typeof DecideClaim>;

/** Input of `vehicle:note`. `noteId` is the page's: sent again, it is the same note. */
export const WriteNote = z.object({ noteId: Id, vehicleId: Id, text: z.string().trim().min(1).max(500) });
export type WriteNote = z.infer<typeof WriteNote>;

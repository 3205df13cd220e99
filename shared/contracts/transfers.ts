import { z } from 'zod';
import { Id, Instant } from './ids.ts';
import { AmountDue } from './tax.ts';

/**
 * A vehicle handed from one owner to another, as both see it:
 *   open       the seller shows a code; who types it, signed in, becomes the buyer
 *   accepted   the buyer waits for the seller, who sees their name
 *   completed  the seller confirmed: the vehicle is the buyer's
 *   cancelled  by either of them; expired: nobody went on in time
 */
export const TransferState = z.enum(['open', 'accepted', 'completed', 'cancelled', 'expired']);
export type TransferState = z.infer<typeof TransferState>;

/** Letters of a transfer's code (Crockford's base 32): none that is taken for another. */
export const CODE_LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const CODE_LENGTH = 8;
/** A code as it was typed or scanned, in its normal form. */
export const TransferCode = z
  .string()
  .max(40)
  .transform((typed) => typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1'))
  .pipe(z.string().regex(new RegExp(`^[${CODE_LETTERS}]{${CODE_LENGTH}}$`)));

/** What is said of the vehicle to both, before anything is agreed. */
export const TransferVehicle = z.object({
  id: Id,
  plate: z.string(),
  country: z.string().length(2),
  make: z.string().nullable(),
  model: z.string().nullable(),
  firstRegistration: z.iso.date().nullable(),
  /** This fiscal year's tax; null when it cannot be computed. */
  due: AmountDue.nullable(),
  paid: z.boolean(),
  /** Somebody is paying it at this moment: that payment goes on, whoever owns the vehicle. */
  beingPaid: z.boolean(),
});
export type TransferVehicle = z.infer<typeof TransferVehicle>;

/** State of the topic `transfer:<id>`, for its two people. */
export const TransferView = z.object({
  id: Id,
  state: TransferState,
  /** What a confirmation names: it confirms what its person saw. */
  version: z.number().int(),
  vehicle: TransferVehicle,
  seller: z.object({ userId: Id, name: z.string() }),
  buyer: z.object({ userId: Id, name: z.string() }).nullable(),
  createdAt: Instant,
  expiresAt: Instant,
  closedAt: Instant.nullable(),
});
export type TransferView = z.infer<typeof TransferView>;

/** What who has the code is shown before they accept. */
export const TransferPreview = z.object({ vehicle: TransferVehicle, sellerName: z.string(), expiresAt: Instant });
export type TransferPreview = z.infer<typeof TransferPreview>;

/** One that is under way, as listed beside the vehicles. */
export const TransferListed = z.object({
  id: Id,
  role: z.enum(['seller', 'buyer']),
  state: TransferState,
  vehicleId: Id,
  plate: z.string(),
  country: z.string().length(2),
  expiresAt: Instant,
});
export type TransferListed = z.infer<typeof TransferListed>;

export const TransferRef = z.object({ transferId: Id });
export const TransferByCode = z.object({ code: TransferCode });
export const ConfirmTransfer = z.object({ transferId: Id, version: z.number().int().positive() });

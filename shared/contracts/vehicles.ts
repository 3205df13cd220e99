import { z } from 'zod';
import { DocumentStatus, FuelCode } from './documents.ts';
import { Id, Instant } from './ids.ts';
import { AmountDue } from './tax.ts';
import { TransferListed } from './transfers.ts';

/** A vehicle as its owner sees it. */
export const VehicleView = z.object({
  id: Id,
  /** Normal form: upper case, no spaces or dashes. Shown in its country's form by `formatPlate`. */
  plate: z.string(),
  country: z.string().length(2),
  vin: z.string().nullable(),
  firstRegistration: z.iso.date().nullable(),
  make: z.string().nullable(),
  model: z.string().nullable(),
  fuel: FuelCode.nullable(),
  /** Fiscal (administrative) power, CV. */
  fiscalPower: z.number().int().nullable(),
  category: z.string().nullable(),
  seats: z.number().int().nullable(),
  /** Maximum mass (F.2, P.T.A.C.), kilograms. */
  maxMass: z.number().int().nullable(),
  ownerName: z.string(),
  documentId: Id.nullable(),
  addedAt: Instant,
  /** This fiscal year's tax, as of the day `due.on`; null when its country has no price grid in force. Absent in states of before it was there. */
  due: AmountDue.nullable().optional(),
  /** Whether this fiscal year's tax is paid. Absent in states of before it was there. */
  paid: z.boolean().optional(),
  /** The payment that paid it, where it is the owner's own. Absent in states of before it was there. */
  paymentId: Id.nullish(),
});
export type VehicleView = z.infer<typeof VehicleView>;

/** A request to have a vehicle that is registered to somebody else: an office decides, with the photograph as evidence. */
export const ClaimStatus = z.enum(['open', 'accepted', 'refused', 'withdrawn']);
export type ClaimStatus = z.infer<typeof ClaimStatus>;

export const ClaimView = z.object({
  id: Id,
  plate: z.string(),
  country: z.string().length(2),
  status: ClaimStatus,
  documentId: Id,
  openedAt: Instant,
  /** Why an office refused it, in its words. Absent in states of before it was there. */
  reason: z.string().nullish(),
});
export type ClaimView = z.infer<typeof ClaimView>;

/** A document that is not a vehicle yet, as listed beside the vehicles (the newest hundred). */
export const PendingDocument = z.object({
  id: Id,
  status: DocumentStatus,
  plate: z.string().nullable(),
  /** Of the country that issued the document, where it was read. Absent in states of before it was there. */
  country: z.string().length(2).nullish(),
  submittedAt: Instant,
});
export type PendingDocument = z.infer<typeof PendingDocument>;

/** State of the topic `garage:<user>`: everything on the page "My vehicles". */
export const GarageView = z.object({
  vehicles: z.array(VehicleView),
  documents: z.array(PendingDocument),
  claims: z.array(ClaimView),
  /** Vehicles on their way to another owner, or from one. Absent in states of before it was there. */
  transfers: z.array(TransferListed).optional(),
});
export type GarageView = z.infer<typeof GarageView>;

export const VehicleRef = z.object({ vehicleId: Id });
export const ClaimRef = z.object({ claimId: Id });

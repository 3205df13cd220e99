import { z } from 'zod';
import { Id } from './ids.ts';

/** What was found by: the plate, the VIN, a name (holder's or owner's), a receipt (number or reference), a ticket of the day. */
export const SearchKind = z.enum(['ticket', 'plate', 'receipt', 'vin', 'name']);
export type SearchKind = z.infer<typeof SearchKind>;

/** How it fits what was typed: whole, its beginning, its end, or but for one typing error. Best first. */
export const SearchFit = z.enum(['exact', 'start', 'end', 'typo']);
export type SearchFit = z.infer<typeof SearchFit>;

/** A vehicle as it is listed for the staff. `name` is null for who may not see names. */
export const VehicleListed = z.object({
  id: Id,
  plate: z.string(),
  country: z.string().length(2),
  make: z.string().nullable(),
  model: z.string().nullable(),
  name: z.string().nullable(),
});
export type VehicleListed = z.infer<typeof VehicleListed>;

export const SearchHit = z.object({
  kind: SearchKind,
  fit: SearchFit,
  /** What fits, as it is kept: the VIN, the receipt's number, the name, the ticket's number. */
  matched: z.string(),
  /** Null: a ticket that is about no vehicle yet. */
  vehicle: VehicleListed.nullable(),
});
export type SearchHit = z.infer<typeof SearchHit>;

/** Hits of one kind that are shown. */
export const HITS_SHOWN = 8;

/** Answer of `search:find`. */
export const SearchAnswer = z.object({
  /** In the order in which they are shown. */
  hits: z.array(SearchHit),
  /** There are more than are shown: type more. */
  more: z.boolean(),
  /** It took too long: something may be missing. */
  incomplete: z.boolean(),
});
export type SearchAnswer = z.infer<typeof SearchAnswer>;

/** Input of `search:find`: as typed. */
export const FindInRegister = z.object({ query: z.string().max(80) });
/** Input of `search:vehicles-of`: an account. */
export const FindVehiclesOf = z.object({ userId: Id });

import type { FieldName, FieldSource } from '#shared/contracts/documents.ts';
import type { Box } from './words.ts';

/**
 * One reading of one field at one place. The same value read at another place, or there by another pass, supports it;
 * another value speaks against it.
 */
export interface Candidate {
  readonly name: FieldName;
  readonly value: string;
  /** 0..1, of this reading alone. */
  readonly confidence: number;
  readonly source: FieldSource;
  /** Which printed occurrence it was read from: `field`, `coupon`, `mrz`, `loose`. Occurrences are independent, passes over one hardly. */
  readonly place: 'field' | 'coupon' | 'mrz' | 'loose';
  readonly box: Box;
}

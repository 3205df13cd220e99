import { createHmac } from 'node:crypto';
import { CODE_LENGTH, CODE_LETTERS } from '#shared/contracts/transfers.ts';
import { keyedHash } from '#shared/node/keys.ts';

/**
 * The code of a transfer: 40 bits made from its id by a key. It is shown to the seller whenever they ask and kept nowhere, neither in the
 * database nor in what the screens are told.
 */
export function transferCode(key: Buffer, transferId: string): string {
  const bits = createHmac('sha256', key).update(`code ${transferId}`).digest();
  return Array.from(bits.subarray(0, CODE_LENGTH), (byte) => CODE_LETTERS.charAt(byte & 31)).join('');
}

/** What a transfer is found by when its code is typed. */
export const transferCodeHash = (key: Buffer, code: string): string => keyedHash(key, `hash ${code}`);

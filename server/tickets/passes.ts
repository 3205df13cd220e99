import { addDays } from '#shared/domain/dates.ts';
import { constantTimeEqual, deriveKey, keyedHash } from '#shared/node/keys.ts';

/**
 * What lets somebody without an account take a ticket: proof that they are there.
 *   door    in the QR that hangs at the door and stands on the board: of one office and day
 *   kiosk   kept by the machine in the hall, which a member of staff has set up: of one office, for a year
 */
export interface Passes {
  door(officeId: string, day: string): string;
  isDoor(pass: string, officeId: string, day: string): boolean;
  kiosk(officeId: string, day: string): string;
  isKiosk(pass: string, officeId: string, day: string): boolean;
}

const KIOSK_DAYS = 365;

export function createPasses(authSecret: string): Passes {
  const key = deriveKey(authSecret, 'ticket-passes');
  // 96 bits: short enough for a QR that is read from afar.
  const sign = (text: string): string => keyedHash(key, text).slice(0, 16);
  const door = (officeId: string, day: string): string => sign(`door|${officeId}|${day}`);
  const kiosk = (officeId: string, until: string): string => `${until}.${sign(`kiosk|${officeId}|${until}`)}`;
  return {
    door,
    // A QR that was read just before midnight is good for a while.
    isDoor: (pass, officeId, day) =>
      constantTimeEqual(pass, door(officeId, day)) || constantTimeEqual(pass, door(officeId, addDays(day, -1))),
    kiosk: (officeId, day) => kiosk(officeId, addDays(day, KIOSK_DAYS)),
    isKiosk(pass, officeId, day) {
      const until = pass.split('.')[0] ?? '';
      return constantTimeEqual(pass, kiosk(officeId, until)) && until >= day;
    },
  };
}

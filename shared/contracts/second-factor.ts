import { z } from 'zod';
import { Instant } from './ids.ts';

/** Codes on paper that a person gets at a time. */
export const BACKUP_CODES = 10;
/** A second step counts for changes of money for so long. Seconds. */
export const STEP_UP_SECONDS = 5 * 60;
/** The warning comes so long before a session of the staff ends for want of use. Seconds. */
export const IDLE_WARNING_SECONDS = 60;

/** A code of the person's device (six digits), or one on paper (`ABCDE-FGHJK`), as typed: spaces, dashes and case do not matter. */
export const SecondFactorCode = z
  .string()
  .max(40)
  .transform((text) => text.replace(/[\s\-–.]/g, '').toUpperCase())
  .pipe(z.string().regex(/^(?:\d{6}|[A-Z2-9]{10})$/));

export const GiveSecondFactor = z.object({ code: SecondFactorCode });
export type GiveSecondFactor = z.infer<typeof GiveSecondFactor>;

/** What still stands between a session of the staff and its work: a code, or a device that makes them. */
export const SecondStep = z.enum(['code', 'enrol']);
export type SecondStep = z.infer<typeof SecondStep>;

/** A secret to be put into an authenticator application: as a QR code of `uri`, or typed (base32). Shown to its person alone. */
export const Enrolment = z.object({ secret: z.string(), uri: z.string() });
export type Enrolment = z.infer<typeof Enrolment>;

/** Codes on paper, told this once. */
export const BackupCodes = z.object({ codes: z.array(z.string()) });
export type BackupCodes = z.infer<typeof BackupCodes>;

/** Of one's own second step, as the account's page shows it. */
export const SecondFactorView = z.object({ enrolledAt: Instant.nullable(), codesLeft: z.number().int() });
export type SecondFactorView = z.infer<typeof SecondFactorView>;

/** When a session ends unless it is used. */
export const SessionClock = z.object({ expiresAt: Instant, secondsLeft: z.number().int() });
export type SessionClock = z.infer<typeof SessionClock>;

import { z } from 'zod';
import { Id, Instant } from './ids.ts';

export const Locale = z.enum(['fr', 'en']);
export type Locale = z.infer<typeof Locale>;

export const Role = z.enum(['citizen', 'agent', 'supervisor', 'administrator', 'auditor']);
export type Role = z.infer<typeof Role>;

/** An e-mail address or a phone number, as typed; the server brings it to its normal form (lower case, E.164). */
export const Identifier = z.string().trim().min(3).max(254);
/** Length is what counts (NIST SP 800-63B: at least 8, no composition rules); the most common passwords are refused. */
export const Password = z.string().min(8).max(128);
export const Code = z
  .string()
  .trim()
  .regex(/^\d{6}$/);

/**
 * Signing up takes two steps, so that nobody learns whether an address has an account: a code is sent to the address in
 * every case (to one that has an account already, a message that says so), and the account exists once the code is given.
 */
export const SignUpStart = z.object({ identifier: Identifier, locale: Locale });
export const SignUpComplete = z.object({
  identifier: Identifier,
  code: Code,
  name: z.string().trim().min(2).max(120),
  password: Password,
  locale: Locale,
});
export const SignIn = z.object({ identifier: Identifier, password: z.string().min(1).max(128) });
export type SignUpStart = z.infer<typeof SignUpStart>;
export type SignUpComplete = z.infer<typeof SignUpComplete>;
export type SignIn = z.infer<typeof SignIn>;

/** Who is signed in, as the page sees it: answer of `GET /api/me`, of sign-in and of the end of sign-up. */
export const Me = z.object({
  userId: Id,
  sessionId: Id,
  name: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  role: Role,
  /** Where the person works; null for citizens. */
  office: z.object({ id: Id, name: z.string(), city: z.string() }).nullable(),
  locale: Locale,
  expiresAt: Instant,
  /** What a session of the staff waits for before it may work; absent when it waits for nothing. */
  secondStep: z.enum(['code', 'enrol']).optional(),
});
export type Me = z.infer<typeof Me>;

/** One of the user's sessions, as listed under `GET /api/auth/sessions`. */
export const SessionView = z.object({
  id: Id,
  current: z.boolean(),
  createdAt: Instant,
  expiresAt: Instant,
  userAgent: z.string().nullable(),
});
export type SessionView = z.infer<typeof SessionView>;

/**
 * Why a session, and the sockets opened with it, ended: signed out with its own browser; from the list of sessions, by its person; its time
 * was over; the password was changed; the role or office was; by the office; the account was closed by its person; `revoked`: for a
 * reason that nobody told.
 */
export const SessionEnd = z.enum([
  'signed_out',
  'ended_elsewhere',
  'expired',
  'password_changed',
  'rights_changed',
  'account_disabled',
  'account_closed',
  'second_step_reset',
  'revoked',
]);
export type SessionEnd = z.infer<typeof SessionEnd>;

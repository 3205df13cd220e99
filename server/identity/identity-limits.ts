import type { LimitRule, RateLimit, RateLimits } from '../http/rate-limits.ts';

const MINUTES = 60;

/**
 * How often what may be tried. Limits by address are wide: behind one address of a mobile operator stand thousands of people.
 * What protects an account is the limit by identifier and address together: a stranger who
 * tries passwords locks out themselves, not the person.
 */
export const IDENTITY_LIMITS = {
  signInByPair: { points: 10, seconds: 15 * MINUTES, growing: { firstSeconds: 15 * MINUTES, mostSeconds: 60 * MINUTES } },
  /** Far more than one place may try: who wants to keep somebody out of their account must come from many. */
  signInByIdentifier: { points: 100, seconds: 60 * MINUTES },
  signInByAddress: { points: 300, seconds: 15 * MINUTES },
  signUpByIdentifier: { points: 5, seconds: 60 * MINUTES },
  signUpByAddress: { points: 60, seconds: 60 * MINUTES },
  recoveryByPair: { points: 5, seconds: 60 * MINUTES },
  recoveryByIdentifier: { points: 20, seconds: 6 * 60 * MINUTES },
  recoveryByAddress: { points: 60, seconds: 60 * MINUTES },
  contactByUser: { points: 5, seconds: 60 * MINUTES },
  contactByIdentifier: { points: 5, seconds: 60 * MINUTES },
  codeByUser: { points: 15, seconds: 60 * MINUTES },
  codeByIdentifier: { points: 15, seconds: 60 * MINUTES },
  codeByAddress: { points: 120, seconds: 60 * MINUTES },
  secondFactorByUser: { points: 10, seconds: 15 * MINUTES, growing: { firstSeconds: 15 * MINUTES, mostSeconds: 60 * MINUTES } },
  passwordByUser: { points: 10, seconds: 15 * MINUTES, growing: { firstSeconds: 15 * MINUTES, mostSeconds: 60 * MINUTES } },
} as const satisfies Record<string, LimitRule>;

export type IdentityLimitRules = Record<keyof typeof IDENTITY_LIMITS, LimitRule>;
export type IdentityLimits = Record<keyof typeof IDENTITY_LIMITS, RateLimit>;

export function createIdentityLimits(limits: RateLimits, rules: IdentityLimitRules = IDENTITY_LIMITS): IdentityLimits {
  return {
    signInByPair: limits.limit('sign-in-pair', rules.signInByPair),
    signInByIdentifier: limits.limit('sign-in-identifier', rules.signInByIdentifier),
    recoveryByPair: limits.limit('recovery-pair', rules.recoveryByPair),
    recoveryByIdentifier: limits.limit('recovery-identifier', rules.recoveryByIdentifier),
    recoveryByAddress: limits.limit('recovery-address', rules.recoveryByAddress),
    contactByUser: limits.limit('contact-user', rules.contactByUser),
    contactByIdentifier: limits.limit('contact-identifier', rules.contactByIdentifier),
    codeByUser: limits.limit('code-user', rules.codeByUser),
    signInByAddress: limits.limit('sign-in-address', rules.signInByAddress),
    signUpByIdentifier: limits.limit('sign-up-identifier', rules.signUpByIdentifier),
    signUpByAddress: limits.limit('sign-up-address', rules.signUpByAddress),
    codeByIdentifier: limits.limit('code-identifier', rules.codeByIdentifier),
    codeByAddress: limits.limit('code-address', rules.codeByAddress),
    secondFactorByUser: limits.limit('second-factor-user', rules.secondFactorByUser),
    passwordByUser: limits.limit('password-user', rules.passwordByUser),
  };
}

/** What tries on one identifier from one address are counted by. */
export const pairKey = (identifier: string, address: string): string => `${identifier} ${address}`;

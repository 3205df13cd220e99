import type { LimitRule, RateLimit, RateLimits } from '../http/rate-limits.ts';

const MINUTES = 60;

/**
 * How often what may be tried. Limits by address are wide: behind one address of a mobile operator stand thousands of people.
 * What protects an account is the limit by identifier.
 */
export const IDENTITY_LIMITS = {
  signInByIdentifier: { points: 10, seconds: 15 * MINUTES, growing: { firstSeconds: 15 * MINUTES, mostSeconds: 60 * MINUTES } },
  signInByAddress: { points: 300, seconds: 15 * MINUTES },
  signUpByIdentifier: { points: 5, seconds: 60 * MINUTES },
  signUpByAddress: { points: 60, seconds: 60 * MINUTES },
  codeByIdentifier: { points: 15, seconds: 60 * MINUTES },
  codeByAddress: { points: 120, seconds: 60 * MINUTES },
  passwordByUser: { points: 10, seconds: 15 * MINUTES, growing: { firstSeconds: 15 * MINUTES, mostSeconds: 60 * MINUTES } },
} as const satisfies Record<string, LimitRule>;

export type IdentityLimitRules = Record<keyof typeof IDENTITY_LIMITS, LimitRule>;
export type IdentityLimits = Record<keyof typeof IDENTITY_LIMITS, RateLimit>;

export function createIdentityLimits(limits: RateLimits, rules: IdentityLimitRules = IDENTITY_LIMITS): IdentityLimits {
  return {
    signInByIdentifier: limits.limit('sign-in-identifier', rules.signInByIdentifier),
    signInByAddress: limits.limit('sign-in-address', rules.signInByAddress),
    signUpByIdentifier: limits.limit('sign-up-identifier', rules.signUpByIdentifier),
    signUpByAddress: limits.limit('sign-up-address', rules.signUpByAddress),
    codeByIdentifier: limits.limit('code-identifier', rules.codeByIdentifier),
    codeByAddress: limits.limit('code-address', rules.codeByAddress),
    passwordByUser: limits.limit('password-user', rules.passwordByUser),
  };
}

import { z } from 'zod';
import { origin, schemas, setting } from './config.ts';

/** What the processes that speak with payment providers read: the nodes take their webhooks, the workers call them. */
export const paymentSettings = {
  WEBHOOK_ORIGIN: setting(origin.optional(), 'Where payment providers reach the platform; PUBLIC_ORIGIN when absent'),
  MTN_MOMO_URL: setting(
    schemas.url('http:', 'https:').optional(),
    'API of MTN Mobile Money (Collection); without it and its keys this way to pay is off',
  ),
  MTN_MOMO_SUBSCRIPTION_KEY: setting(z.string().optional(), 'Subscription key of the product Collection', { secret: true }),
  MTN_MOMO_API_USER: setting(z.string().optional(), 'API user'),
  MTN_MOMO_API_KEY: setting(z.string().optional(), 'Key of the API user', { secret: true }),
  MTN_MOMO_DISBURSEMENT_SUBSCRIPTION_KEY: setting(
    z.string().optional(),
    'Subscription key of the product Disbursement; without it and its keys refunds to MTN Mobile Money are paid by hand',
    { secret: true },
  ),
  MTN_MOMO_DISBURSEMENT_API_USER: setting(z.string().optional(), 'API user of the product Disbursement'),
  MTN_MOMO_DISBURSEMENT_API_KEY: setting(z.string().optional(), 'Key of that API user', { secret: true }),
  MTN_MOMO_ENVIRONMENT: setting(z.string().default('sandbox'), 'Target environment, as the operator names it'),
  MVOLA_URL: setting(
    schemas.url('http:', 'https:').optional(),
    'API of MVola (Merchant Pay 1.0); without it, its keys and the account this way to pay is off',
  ),
  MVOLA_CONSUMER_KEY: setting(z.string().optional(), 'Consumer key of the application', { secret: true }),
  MVOLA_CONSUMER_SECRET: setting(z.string().optional(), 'Consumer secret of the application', { secret: true }),
  MVOLA_PARTNER_NAME: setting(z.string().max(50).optional(), 'Our name, as the operator knows it'),
  MVOLA_MERCHANT_MSISDN: setting(
    z
      .string()
      .regex(/^03\d{8}$/)
      .optional(),
    'Telephone of the merchant account that is paid, 03 and eight digits',
  ),
  STRIPE_SECRET_KEY: setting(z.string().optional(), 'Key of Stripe; without it and the next one payment by card is off', {
    secret: true,
  }),
  STRIPE_WEBHOOK_SECRET: setting(
    z.string().optional(),
    'Signs what Stripe sends to /api/webhooks/stripe: its events checkout.session.*, payment_intent.* and refund.*',
    { secret: true },
  ),
  STATEMENTS_ORIGIN: setting(
    origin.optional(),
    'Where providers’ statements are fetched by themselves, /statements/<mtn, mvola or stripe>/<day>.csv; without it people bring them',
  ),
  STRIPE_API_BASE: setting(
    origin.optional(),
    'Another host than Stripe’s own, for a sandbox: its pages may then be of this origin without https',
  ),
};

/** What is of use together only: all of them turn something on, none leave it off. */
const TOGETHER: readonly (readonly (keyof typeof paymentSettings)[])[] = [
  ['MTN_MOMO_URL', 'MTN_MOMO_SUBSCRIPTION_KEY', 'MTN_MOMO_API_USER', 'MTN_MOMO_API_KEY'],
  ['MTN_MOMO_DISBURSEMENT_SUBSCRIPTION_KEY', 'MTN_MOMO_DISBURSEMENT_API_USER', 'MTN_MOMO_DISBURSEMENT_API_KEY'],
  ['MVOLA_URL', 'MVOLA_CONSUMER_KEY', 'MVOLA_CONSUMER_SECRET', 'MVOLA_PARTNER_NAME', 'MVOLA_MERCHANT_MSISDN'],
  ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'],
];

/** A provider of which some is there and some is not would be off without a word: said at the start instead. */
export function paymentFaults(given: (name: keyof typeof paymentSettings) => boolean): string[] {
  return TOGETHER.flatMap((group) => {
    const there = group.filter(given);
    const missing = group.filter((name) => !given(name));
    return there.length === 0 ? [] : missing.map((name) => `${name}: is missing beside ${there.join(', ')}`);
  });
}

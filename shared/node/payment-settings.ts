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
};

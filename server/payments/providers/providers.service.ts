import { PROVIDERS, type ProviderCode, type ProviderList } from '#shared/contracts/payments.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import type { ConfigOf } from '#shared/node/config.ts';
import { deriveKey } from '#shared/node/keys.ts';
import type { paymentSettings } from '#shared/node/payment-settings.ts';
import { statementFetcher } from './fetch-statement.ts';
import { createMtnMomo } from './mtn-momo.ts';
import { createMvola } from './mvola.ts';
import type { PaymentProvider } from './provider.ts';
import { createStripe } from './stripe.ts';

export type { PaymentProvider } from './provider.ts';

export type ProvidersConfig = ConfigOf<typeof paymentSettings> & { PUBLIC_ORIGIN: string; AUTH_SECRET: string };

/** The ways to pay that are on in this process. */
export interface Providers {
  /** Null: it has no keys here. Also those that are not offered: what was ordered through them is followed to its end. */
  find(code: ProviderCode): PaymentProvider | null;
  /** Whether people can choose it: the country has it, and it has its keys. */
  offers(code: ProviderCode): boolean;
  list(): ProviderList;
}

/** Providers of the settings: one whose address or keys are absent is off. */
export function createProviders(deps: Deps): Providers {
  const { config, country, clock } = deps;
  const { MTN_MOMO_URL, MTN_MOMO_SUBSCRIPTION_KEY, MTN_MOMO_API_USER, MTN_MOMO_API_KEY } = config;
  const momo =
    MTN_MOMO_URL && MTN_MOMO_SUBSCRIPTION_KEY && MTN_MOMO_API_USER && MTN_MOMO_API_KEY
      ? createMtnMomo({
          url: MTN_MOMO_URL,
          subscriptionKey: MTN_MOMO_SUBSCRIPTION_KEY,
          apiUser: MTN_MOMO_API_USER,
          apiKey: MTN_MOMO_API_KEY,
          disbursement: mtnDisbursementKeys(config),
          targetEnvironment: config.MTN_MOMO_ENVIRONMENT,
          webhookOrigin: config.WEBHOOK_ORIGIN ?? config.PUBLIC_ORIGIN,
          callbackKey: deriveKey(config.AUTH_SECRET, 'payment-callbacks'),
          minorDigits: country.currency.minorDigits,
          clock,
        })
      : null;
  const made = { mtn_momo: momo, mvola: mvolaOf(deps), stripe: stripeOf(deps) };
  const origin = config.STATEMENTS_ORIGIN;
  if (origin !== undefined) {
    for (const one of Object.values(made)) if (one) one.fetchStatement = statementFetcher(origin, one.code);
  }
  return providersOf(made, country.providers);
}

function mtnDisbursementKeys(config: ProvidersConfig) {
  const {
    MTN_MOMO_DISBURSEMENT_SUBSCRIPTION_KEY: subscriptionKey,
    MTN_MOMO_DISBURSEMENT_API_USER: apiUser,
    MTN_MOMO_DISBURSEMENT_API_KEY: apiKey,
  } = config;
  return subscriptionKey && apiUser && apiKey ? { subscriptionKey, apiUser, apiKey } : null;
}

interface Deps {
  config: ProvidersConfig;
  country: Country;
  clock: () => Date;
}

function mvolaOf({ config, clock }: Deps): PaymentProvider | null {
  const { MVOLA_URL: url, MVOLA_CONSUMER_KEY: consumerKey, MVOLA_CONSUMER_SECRET: consumerSecret } = config;
  const { MVOLA_PARTNER_NAME: partnerName, MVOLA_MERCHANT_MSISDN: merchantMsisdn } = config;
  if (!url || !consumerKey || !consumerSecret || !partnerName || !merchantMsisdn) return null;
  return createMvola({
    ...{ url, consumerKey, consumerSecret, partnerName, merchantMsisdn, clock },
    webhookOrigin: config.WEBHOOK_ORIGIN ?? config.PUBLIC_ORIGIN,
    callbackKey: deriveKey(config.AUTH_SECRET, 'payment-callbacks'),
  });
}

function stripeOf({ config, country, clock }: Deps): PaymentProvider | null {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret, STRIPE_API_BASE: apiBase } = config;
  if (!secretKey || !webhookSecret) return null;
  const { currency } = country;
  return createStripe({ secretKey, webhookSecret, apiBase, publicOrigin: config.PUBLIC_ORIGIN, currency, clock });
}

/** Providers that were made already; `of`: those that the country has. */
export function providersOf(
  made: Partial<Record<ProviderCode, PaymentProvider | null>>,
  of: readonly ProviderCode[] = PROVIDERS,
): Providers {
  const find = (code: ProviderCode): PaymentProvider | null => made[code] ?? null;
  const offers = (code: ProviderCode): boolean => of.includes(code) && find(code) !== null;
  return { find, offers, list: () => of.map((code) => ({ code, on: offers(code) })) };
}

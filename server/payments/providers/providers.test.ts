import { expect, it } from 'vitest';
import { benin } from '#shared/domain/countries/benin.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { morocco } from '#shared/domain/countries/morocco.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { readConfig } from '#shared/node/config.ts';
import { paymentSettings } from '#shared/node/payment-settings.ts';
import { createProviders } from './providers.service.ts';

const MTN = {
  ...{ MTN_MOMO_URL: 'https://mtn.example', MTN_MOMO_SUBSCRIPTION_KEY: 's', MTN_MOMO_API_USER: 'u', MTN_MOMO_API_KEY: 'k' },
};
const MVOLA = {
  ...{ MVOLA_URL: 'https://mvola.example', MVOLA_CONSUMER_KEY: 'k', MVOLA_CONSUMER_SECRET: 's' },
  ...{ MVOLA_PARTNER_NAME: 'Vignette', MVOLA_MERCHANT_MSISDN: '0340000001' },
};
const STRIPE = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' };
const providers = (country: Country, env: NodeJS.ProcessEnv) => {
  const own = { PUBLIC_ORIGIN: 'https://vignette.example', AUTH_SECRET: 'x'.repeat(32) };
  return createProviders({ config: { ...readConfig(paymentSettings, env), ...own }, country, clock: () => new Date() });
};

it('are those of the country, on where their keys are', () => {
  const all = { ...MTN, ...MVOLA, ...STRIPE };
  const list = (country: Country, env: NodeJS.ProcessEnv) =>
    providers(country, env)
      .list()
      .map(({ code, on }) => [code, on]);
  expect(list(madagascar, all)).toEqual([
    ['mvola', true],
    ['stripe', true],
  ]);
  expect(list(benin, all)).toEqual([
    ['mtn_momo', true],
    ['stripe', true],
  ]);
  expect(list(morocco, all)).toEqual([['stripe', true]]);
  expect(list(madagascar, MTN)).toEqual([
    ['mvola', false],
    ['stripe', false],
  ]);
  expect(list(madagascar, { ...MVOLA, MVOLA_CONSUMER_SECRET: '' })).toEqual([
    ['mvola', false],
    ['stripe', false],
  ]);
  expect(list(benin, STRIPE)).toEqual([
    ['mtn_momo', false],
    ['stripe', true],
  ]);
});

it('that are not offered are still asked about what was ordered through them', () => {
  const made = providers(madagascar, { ...MTN, ...MVOLA });
  expect([made.offers('mtn_momo'), made.find('mtn_momo')?.code, made.find('stripe')]).toEqual([false, 'mtn_momo', null]);
});

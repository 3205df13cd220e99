import { expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { paymentFaults, paymentSettings } from './payment-settings.ts';

const mvola = {
  ...{ MVOLA_URL: 'https://devapi.mvola.mg', MVOLA_CONSUMER_KEY: 'k', MVOLA_CONSUMER_SECRET: 'very-secret' },
  ...{ MVOLA_PARTNER_NAME: 'Vignette', MVOLA_MERCHANT_MSISDN: '0340000001' },
};
const faultsOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    readConfig(paymentSettings, env, paymentFaults);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

it('a provider is on with all of its settings, off with none', () => {
  expect([faultsOf({}), faultsOf(mvola), faultsOf({ ...mvola, STRIPE_SECRET_KEY: '', STRIPE_WEBHOOK_SECRET: '' })]).toEqual([
    [],
    [],
    [],
  ]);
});

it('with some of them it is a fault, all of them at once, none of their values', () => {
  const faults = faultsOf({ ...mvola, MVOLA_CONSUMER_KEY: '', MVOLA_URL: undefined, STRIPE_SECRET_KEY: 'sk_live_secret' });
  expect(faults.map((fault) => fault.split(':')[0])).toEqual(['MVOLA_URL', 'MVOLA_CONSUMER_KEY', 'STRIPE_WEBHOOK_SECRET']);
  expect(faults.join()).not.toMatch(/secret$|very-secret|sk_live/);
});

it('the merchant’s telephone is as the operator writes it', () => {
  expect(faultsOf({ ...mvola, MVOLA_MERCHANT_MSISDN: '+261340000001' })[0]).toMatch(/^MVOLA_MERCHANT_MSISDN/);
});

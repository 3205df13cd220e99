// The process that plays the payment providers of the demo. Loopback only, but for the page where a card is typed.
import { readFileSync } from 'node:fs';
import { createCardServer } from './card-server.ts';
import { createSandbox } from './sandbox-server.ts';

const setting = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing`);
  return value;
};
const collection = {
  subscriptionKey: setting('MTN_MOMO_SUBSCRIPTION_KEY'),
  apiUser: setting('MTN_MOMO_API_USER'),
  apiKey: setting('MTN_MOMO_API_KEY'),
};

const sandbox = createSandbox({
  keys: collection,
  disbursementKeys: {
    subscriptionKey: setting('MTN_MOMO_DISBURSEMENT_SUBSCRIPTION_KEY'),
    apiUser: setting('MTN_MOMO_DISBURSEMENT_API_USER'),
    apiKey: setting('MTN_MOMO_DISBURSEMENT_API_KEY'),
  },
  mvola: {
    consumerKey: setting('MVOLA_CONSUMER_KEY'),
    consumerSecret: setting('MVOLA_CONSUMER_SECRET'),
    partnerMsisdn: setting('MVOLA_MERCHANT_MSISDN'),
    partnerName: setting('MVOLA_PARTNER_NAME'),
  },
  stripe: {
    secretKey: setting('STRIPE_SECRET_KEY'),
    webhookSecret: setting('STRIPE_WEBHOOK_SECRET'),
    webhookUrl: setting('STRIPE_WEBHOOK_URL'),
  },
  pageOrigin: setting('PAGE_ORIGIN'),
  timeZone: process.env['STATEMENT_TIME_ZONE'] ?? 'UTC',
  log: (msg) => console.log(JSON.stringify({ level: 30, time: Date.now(), msg })),
});
const certificate = process.env['CARD_CERTIFICATE'];
const cards = certificate ? createCardServer(sandbox, readFileSync(certificate, 'utf8')) : null;
cards?.listen(Number(setting('CARD_HTTPS_PORT')));
sandbox.server.listen(Number(setting('HTTP_PORT')), '127.0.0.1');

const stop = (): void => {
  cards?.closeAllConnections();
  sandbox.close();
  process.exit(0);
};
process.once('SIGTERM', stop).once('SIGINT', stop);

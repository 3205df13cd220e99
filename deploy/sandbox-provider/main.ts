// The process that plays the mobile-money operator of the demo. Loopback only.
import { createSandbox } from './sandbox-server.ts';

const setting = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing`);
  return value;
};

const sandbox = createSandbox({
  keys: {
    subscriptionKey: setting('MTN_MOMO_SUBSCRIPTION_KEY'),
    apiUser: setting('MTN_MOMO_API_USER'),
    apiKey: setting('MTN_MOMO_API_KEY'),
  },
  log: (msg) => console.log(JSON.stringify({ level: 30, time: Date.now(), msg })),
});
sandbox.server.listen(Number(setting('HTTP_PORT')), '127.0.0.1');

const stop = (): void => {
  sandbox.close();
  process.exit(0);
};
process.once('SIGTERM', stop).once('SIGINT', stop);

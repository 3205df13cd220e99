// A worker that tells of one event: the tests kill it in the middle.
import { connectDatabase } from '#db/connect.ts';
import { NoticeSource } from '#shared/contracts/notices.ts';
import { createDeliveriesService } from '#server/notices/deliveries.service.ts';

const env = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};
const database = connectDatabase({ url: env('DATABASE_URL'), max: 2, applicationName: 'notices-under-test' });
const deliveries = createDeliveriesService({
  db: database.db,
  notifier: { wake: () => undefined },
  clock: () => new Date(env('NOW')),
});
await deliveries.deliver(env('EVENT_ID'), NoticeSource.parse(JSON.parse(env('SOURCE'))));
await database.close();

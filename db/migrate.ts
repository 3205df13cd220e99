import { migrateDatabase } from './migrator.ts';

const url = process.env['DATABASE_DIRECT_URL'] ?? process.env['DATABASE_URL'];
if (!url) {
  console.error('DATABASE_DIRECT_URL or DATABASE_URL must be set');
  process.exit(1);
}
const { applied, total } = await migrateDatabase(url);
console.log(applied ? `${applied} migrations applied, ${total} in all` : `the schema is up to date (${total} migrations)`);

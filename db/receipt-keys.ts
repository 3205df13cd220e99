// Keys that sign receipts, from a terminal: `npm run receipt-keys -- list | retire <name> | revoke <name>` (deploy/adr/008).
import { connectDatabase, type Db } from './connect.ts';
import { endReceiptKey } from './receipt-key-ends.ts';
import { receiptKeyList } from './receipts.repository.ts';

const USAGE = `npm run receipt-keys -- <command>
  list             all keys, oldest first, and how they stand
  retire <name>    signs nothing new from now on; its receipts stay good. When all workers have the next key
  revoke <name>    it is in wrong hands: its receipts are believed only when the register confirms them. For good`;

class UsageError extends Error {}

async function run(db: Db, [command, name]: readonly string[]): Promise<void> {
  switch (command) {
    case 'list':
      for (const { keyId, publicKey, retiredAt, revokedAt } of await receiptKeyList(db)) {
        const state = revokedAt ? `revoked ${revokedAt}` : retiredAt ? `retired ${retiredAt}` : 'in use';
        console.log(`${keyId.padEnd(20)}  ${publicKey}  ${state}`);
      }
      return;
    case 'retire':
    case 'revoke': {
      if (!name) throw new UsageError(USAGE);
      const how = command === 'retire' ? 'retired' : 'revoked';
      const outcome = await endReceiptKey(db, name, how, new Date());
      if (outcome === 'unknown') throw new UsageError(`there is no key ${name}`);
      console.log(outcome === 'ended' ? `${name} is ${how}` : `${name} was ${how} before`);
      return;
    }
    default:
      throw new UsageError(USAGE);
  }
}

const url = process.env['DATABASE_DIRECT_URL'] ?? process.env['DATABASE_URL'];
if (!url) {
  console.error('DATABASE_DIRECT_URL or DATABASE_URL must be set');
  process.exit(1);
}
const database = connectDatabase({ url, max: 1, applicationName: 'receipt-keys' });
try {
  await run(database.db, process.argv.slice(2));
} catch (error) {
  process.exitCode = 1;
  console.error(error instanceof UsageError ? error.message : error);
} finally {
  await database.close();
}

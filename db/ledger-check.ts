// `npm run ledger:check`: proves the books of the database of DATABASE_URL; exit code 1 when a rule does not hold.
import { connectDatabase } from './connect.ts';
import { auditLedger } from './ledger-audit.ts';
import { countUnsettled } from './reconciliation.repository.ts';

const url = process.env['DATABASE_URL'];
if (!url) {
  console.error('DATABASE_URL is not set');
  process.exit(1);
}
const database = connectDatabase({ url, max: 1, applicationName: 'ledger-check' });
try {
  const { faults, settlements, receipts, received, paidBack } = await auditLedger(database.db);
  const sums = Object.entries(received).map(([code, amount]) => `${amount} ${code} (${paidBack[code] ?? 0} paid back)`);
  console.log(`${settlements} settlements, ${receipts} receipts, received (minor units): ${sums.join(', ') || 'nothing'}`);
  for (const { rule, where } of faults) console.error(`does not hold: ${rule}\n  ${where.join('\n  ')}`);
  const { open, proposed } = await countUnsettled(database.db);
  console.log(`${open + proposed} differences with providers' statements are open, ${proposed} of them wait for a second person`);
  if (faults.length === 0) console.log('the books agree');
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await database.close();
}

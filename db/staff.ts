// What an administrator does about the staff's access, from a command line beside the database:
//   npm run staff -- list
//   npm run staff -- reset-second-step <e-mail> --by <administrator's e-mail> --reason "<why>"
// A reset takes the device and the codes on paper away and ends all sessions of the person, who sets a device up anew at the next sign-in.
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { connectDatabase } from './connect.ts';
import { listStaff, resetSecondStep } from './staff-access.ts';

const url = process.env['DATABASE_DIRECT_URL'] ?? process.env['DATABASE_URL'];
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { by: { type: 'string' }, reason: { type: 'string' } },
});
const USAGE = `usage: npm run staff -- list
       npm run staff -- reset-second-step <e-mail> --by <administrator's e-mail> --reason "<why>"`;
const Reset = z.object({ email: z.email(), by: z.email(), reason: z.string().trim().min(5).max(200) });

function end(message: string): never {
  console.error(message);
  process.exit(1);
}
if (!url) end('DATABASE_DIRECT_URL or DATABASE_URL must be set');
const database = connectDatabase({ url, max: 1, applicationName: 'staff' });
try {
  const [order, email] = positionals;
  if (order === 'list') {
    for (const one of await listStaff(database.db)) {
      const step = one.enrolledAt ? `second step since ${one.enrolledAt.toISOString().slice(0, 10)}` : 'no second step yet';
      console.log(`${one.role.padEnd(14)} ${one.email.padEnd(36)} ${step}, ${one.codesLeft} backup codes`);
    }
  } else if (order === 'reset-second-step') {
    const parsed = Reset.safeParse({ email, ...values });
    if (!parsed.success) end(USAGE);
    const { ended } = await resetSecondStep(database.db, parsed.data);
    console.log(`${parsed.data.email} sets a device up at the next sign-in; ${ended} sessions ended`);
  } else end(USAGE);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await database.close();
}

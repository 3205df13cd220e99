// `npm run demo:code`: the codes that the telephones of the demo's staff would show now.
import { demoCodes } from './demo-codes.ts';

const { codes, secondsLeft } = demoCodes();
for (const { role, code } of codes) console.log(`${role.padEnd(14)} ${code}`);
console.log(`the next ones in ${secondsLeft} s`);

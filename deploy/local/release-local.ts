// `npm run release:local`: starts the nodes of the stack that `npm start` runs anew, one after the other, under its visitors.
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { localDirectory } from './paths.ts';
import { controlSocket } from './release.ts';

const line = connect(controlSocket(localDirectory));
let last = '';
line.on('error', () => {
  console.error('No stack of this checkout takes orders: npm start runs one.');
  process.exit(1);
});
createInterface({ input: line, crlfDelay: Infinity })
  .on('line', (text) => {
    last = text;
    console.log(`  ${text}`);
  })
  .on('close', () => {
    process.exitCode = last === 'done' ? 0 : 1;
  });

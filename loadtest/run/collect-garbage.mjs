// Loaded into the nodes of a load test (NODE_OPTIONS): on SIGUSR2 they collect their garbage, so that what is measured is what is held;
// twice, since the first time frees and the second gives pages back.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
process.on('SIGUSR2', () => {
  collect();
  setTimeout(collect, 500);
});

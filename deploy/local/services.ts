// Runs Postgres, two Redis and the object store for somebody who runs integration tests by hand, and prints their
// addresses as environment lines: `tsx deploy/local/services.ts [directory]`. Ctrl-C ends them.
import path from 'node:path';
import { StackIsRunningError } from './lock.ts';
import { localDirectory } from './paths.ts';
import { startServices } from './service-set.ts';

const directory = path.resolve(process.argv[2] ?? path.join(localDirectory, 'services'));

try {
  const services = await startServices({ directory, say: (line) => console.error(line) });
  const stop = (): void => void services.stop().then(() => process.exit(0));
  process.once('SIGINT', stop).once('SIGTERM', stop).once('SIGHUP', stop);
  // Whoever read the addresses has closed the pipe: nobody needs the services any more.
  process.stdout.once('error', stop);
  for (const [name, value] of Object.entries(services.env)) console.log(`${name}=${value}`);
  setInterval(() => undefined, 1 << 30);
} catch (error) {
  if (!(error instanceof StackIsRunningError)) throw error;
  console.error(`${error.message} (${directory}); give another directory as argument for services of your own`);
  process.exitCode = 1;
}

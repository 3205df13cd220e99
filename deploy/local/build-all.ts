// Builds processes and pages: a step of `npm test`.
import { buildAll } from './building.ts';

await buildAll((line) => console.log(line));

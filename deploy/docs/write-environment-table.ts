import { readFileSync, writeFileSync } from 'node:fs';
import { withEnvironmentTable } from './environment-table.ts';

// `npm run docs:environment`: brings the README's table of settings up to date.
const readme = new URL('../../README.md', import.meta.url);
writeFileSync(readme, withEnvironmentTable(readFileSync(readme, 'utf8')));

import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this file belongs to. */
export const checkout = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Everything that the local commands make lies here; it is ignored by git and may be deleted while nothing runs. */
export const localDirectory = path.join(checkout, '.local');

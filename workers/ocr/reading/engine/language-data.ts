import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Folder of the language data inside its npm package. Found through the package's own manifest, so that it works from source
 * and from a bundle that leaves packages outside; without it the recogniser would go to the network.
 */
export function languageFolder(language: 'fra' | 'osd'): string {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve(`@tesseract.js-data/${language}/package.json`));
  return join(folder, language === 'osd' ? '4.0.0' : '4.0.0_best_int');
}

import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Families of the font package, as named in the SVG of the layouts. */
export const SANS = 'DejaVu Sans';
export const MONO = 'DejaVu Sans Mono';
/** Advance of a character of MONO in units of the font's size. */
export const MONO_ADVANCE = 0.602;

/**
 * Makes the SVG renderer use the fonts of the npm package and no others: a bare machine has none, and a sample must look alike everywhere.
 * Call it before the first picture is rendered: the renderer reads its configuration once.
 */
export function useBundledFonts(): void {
  const fonts = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');
  const folder = mkdtempSync(join(tmpdir(), 'vignette-fonts-'));
  const file = join(folder, 'fonts.conf');
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${fonts}</dir><cachedir>${join(folder, 'cache')}</cachedir></fontconfig>`,
  );
  process.env.FONTCONFIG_FILE = file;
}

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { KEY_FIELDS } from '#shared/contracts/documents.ts';
import { normalisePlate } from '#shared/domain/plates.ts';

const Truth = z.array(
  z.object({
    cls: z.string(),
    images: z.array(z.object({ file: z.string() })),
    fields: z.object({
      plate: z.string(),
      vin: z.string(),
      first_reg: z.string(),
      make: z.string(),
      model: z.string(),
      fuel: z.string(),
      fiscal_power: z.number(),
      owner: z.string(),
    }),
  }),
);

export interface Sample {
  /** Absolute paths, recto first. */
  files: string[];
  /** As printed. */
  fields: z.infer<typeof Truth>[number]['fields'];
}

/** What a right reading of a sample holds: its eight key fields, in canonical form. */
export function keyFieldsOf({ fields }: Sample): Record<(typeof KEY_FIELDS)[number], string> {
  const { plate, first_reg: first_registration, fiscal_power, ...same } = fields;
  return { ...same, plate: normalisePlate(plate), first_registration, fiscal_power: String(fiscal_power) };
}

/** The project's own photographs, and the given ones where they lie beside the checkout. */
const folders = ['../../deploy/samples/', '../../../shared/data/cartes-grises/'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
);

/** A photograph by the name of its file. Null when its folder is absent (the given set need not be there). */
export function sample(file: string): Sample | null {
  for (const folder of folders) {
    if (!existsSync(`${folder}truth.json`)) continue;
    const documents = Truth.parse(JSON.parse(readFileSync(`${folder}truth.json`, 'utf8')));
    const found = documents.find(({ images }) => images.some((image) => image.file === file));
    if (found) return { files: found.images.map((image) => `${folder}${image.file}`), fields: found.fields };
  }
  return null;
}

/** The first of several that is there. */
export function anySample(...files: string[]): Sample {
  for (const file of files) {
    const found = sample(file);
    if (found) return found;
  }
  throw new Error(`none of these samples is there: ${files.join(', ')}`);
}

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { countryOfPlate } from '#shared/domain/documents.ts';
import { normalisePlate } from '#shared/domain/plates.ts';
import type { DemoVehicle } from './demo-data.ts';

/** The truth of the sample photographs, as far as it is needed here. */
const Samples = z.array(
  z.object({
    /** ISO 3166-1, of the document. */
    country: z.string().length(2).nullish(),
    fields: z.object({
      plate: z.string(),
      vin: z.string().nullish(),
      first_reg: z.iso.date().nullish(),
      make: z.string().nullish(),
      model: z.string().nullish(),
      fuel: z.string().nullish(),
      fiscal_power: z.number().int().nullish(),
      owner: z.string(),
    }),
  }),
);

/**
 * The vehicle of the last sample photograph: registered to the demo's neighbour, so that whoever sends that photograph finds the plate
 * taken, and the others free. `home` is the country that runs the platform (the register that a plate belongs to depends on it).
 * Null when there are no samples.
 */
export async function readTakenSample(truthFile: URL, home: string): Promise<DemoVehicle | null> {
  const text = await readFile(truthFile, 'utf8').catch(() => null);
  const sample = text === null ? undefined : Samples.parse(JSON.parse(text)).at(-1);
  if (!sample) return null;
  const { fields } = sample;
  const plate = normalisePlate(fields.plate);
  return {
    country: countryOfPlate(plate, home, sample.country),
    plate,
    holderName: fields.owner,
    vin: fields.vin ?? null,
    firstRegistration: fields.first_reg ?? null,
    make: fields.make ?? null,
    model: fields.model ?? null,
    fuel: fields.fuel ?? null,
    fiscalPower: fields.fiscal_power ?? null,
  };
}

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { isPlate, normalisePlate } from '#shared/domain/plates.ts';
import type { DemoVehicle } from './demo-data.ts';

/** The truth of the sample photographs, as far as it is needed here. */
const Samples = z.array(
  z.object({
    country: z.string().length(2),
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
 * The vehicle of the last sample photograph of each country: registered to the demo's neighbour, so that whoever sends that photograph
 * finds the plate taken. None when there are no samples.
 */
export async function readTakenSamples(truthFile: URL): Promise<DemoVehicle[]> {
  const text = await readFile(truthFile, 'utf8').catch(() => null);
  if (text === null) return [];
  const lastOfCountry = new Map<string, DemoVehicle>();
  for (const { country, fields } of Samples.parse(JSON.parse(text))) {
    const plate = normalisePlate(fields.plate);
    if (!isPlate(plate, country)) continue;
    lastOfCountry.set(country, {
      country,
      plate,
      holderName: fields.owner,
      vin: fields.vin ?? null,
      firstRegistration: fields.first_reg ?? null,
      make: fields.make ?? null,
      model: fields.model ?? null,
      fuel: fields.fuel ?? null,
      fiscalPower: fields.fiscal_power ?? null,
    });
  }
  return [...lastOfCountry.values()];
}

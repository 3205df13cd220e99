import { borderedTable } from './layouts/table.ts';
import { card } from './layouts/card.ts';
import { frenchDocument } from './layouts/french.ts';
import { malagasySheet } from './layouts/malagasy.ts';
import type { DocumentBox, DocumentPage } from './layouts/page.ts';
import { photograph, SAMPLE_CLASSES, type SampleClass } from './photograph.ts';
import { createRandom, type Random } from './random.ts';
import { drawVehicle, type Country, type SampleVehicle } from './vehicle.ts';

export const SAMPLE_KINDS = ['french', 'card', 'malagasy', 'table'] as const;
export type SampleKind = (typeof SAMPLE_KINDS)[number];

/** One document of a set, in the shape of `truth.json` (quad and boxes as in the given set). */
export interface SampleTruth {
  readonly id: number;
  readonly cls: SampleClass;
  readonly kind: string;
  readonly country: string;
  readonly images: readonly SampleImage[];
  readonly fields: SampleFields;
}

export interface SampleImage {
  readonly file: string;
  readonly layout: string;
  readonly quad: readonly (readonly [number, number])[];
  readonly w: number;
  readonly h: number;
  readonly boxes: Readonly<Record<string, DocumentBox>>;
  readonly mrz?: readonly string[];
}

/** The eight key fields as printed; dates ISO. */
export interface SampleFields {
  readonly plate: string;
  readonly vin: string;
  readonly first_reg: string;
  readonly make: string;
  readonly model: string;
  readonly fuel: string;
  readonly fiscal_power: number;
  readonly owner: string;
}

export interface Sample {
  readonly truth: SampleTruth;
  readonly files: readonly { readonly name: string; readonly jpeg: Buffer }[];
}

const COUNTRIES: Readonly<Record<SampleKind, readonly Country[]>> = {
  french: ['FR'],
  malagasy: ['MG'],
  card: ['CI', 'BJ'],
  table: ['BF', 'SN'],
};

/** Document number `id` of the set of a seed: the kinds take turns, and so do the classes. */
export function makeSample(seed: number, id: number): Promise<Sample> {
  const cls = SAMPLE_CLASSES[id % SAMPLE_CLASSES.length] ?? 'clean';
  const kind = SAMPLE_KINDS[Math.floor(id / SAMPLE_CLASSES.length) % SAMPLE_KINDS.length] ?? 'french';
  return makeSampleOf(kind, cls, id, createRandom(seed * 100_003 + id));
}

export async function makeSampleOf(kind: SampleKind, cls: SampleClass, id: number, random: Random): Promise<Sample> {
  const country = random.pick(COUNTRIES[kind]);
  const vehicle = drawVehicle(random, country);
  const { pages, mrz } = pagesOf(kind, vehicle);
  const images: SampleImage[] = [];
  const files: { name: string; jpeg: Buffer }[] = [];
  for (const page of pages) {
    const { jpeg, width, height, quad } = await photograph(page.svg, cls, random);
    const name = `${String(id).padStart(3, '0')}_${cls}_${page.layout}.jpg`;
    files.push({ name, jpeg });
    images.push({ file: name, layout: page.layout, quad, w: width, h: height, boxes: page.boxes, ...(mrz ? { mrz } : {}) });
  }
  return { files, truth: { id, cls, kind, country, images, fields: fieldsOf(vehicle) } };
}

function pagesOf(kind: SampleKind, vehicle: SampleVehicle): { pages: DocumentPage[]; mrz?: readonly string[] } {
  switch (kind) {
    case 'french':
      return frenchDocument(vehicle);
    case 'card':
      return { pages: card(vehicle) };
    case 'malagasy':
      return { pages: [malagasySheet(vehicle)] };
    case 'table':
      return { pages: [borderedTable(vehicle)] };
  }
}

function fieldsOf(v: SampleVehicle): SampleFields {
  return {
    plate: v.plate,
    vin: v.vin,
    first_reg: v.firstRegistration,
    make: v.make,
    model: v.model,
    fuel: v.fuel,
    fiscal_power: v.fiscalPower,
    owner: `${v.surname} ${v.firstNames}`,
  };
}

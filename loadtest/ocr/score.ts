import { ACCEPT_CONFIDENCE, KEY_FIELDS, type ReadField } from '#shared/contracts/documents.ts';
import type { SampleClass } from './photograph.ts';
import type { SampleFields } from './samples.ts';

/** The name in `truth.json` of each key field. */
const TRUTH_NAMES: Readonly<Record<(typeof KEY_FIELDS)[number], keyof SampleFields>> = {
  plate: 'plate',
  vin: 'vin',
  first_registration: 'first_reg',
  make: 'make',
  model: 'model',
  fuel: 'fuel',
  fiscal_power: 'fiscal_power',
  owner: 'owner',
};

/** What reading one document gave and cost; seconds. */
export interface DocumentScore {
  readonly document: string;
  readonly cls: SampleClass;
  readonly outcome: string;
  readonly passes: number;
  readonly right: number;
  readonly wrong: readonly {
    readonly field: string;
    readonly read: string | null;
    readonly printed: string;
    readonly confidence: number | null;
  }[];
  /** Fields that the reader would accept by itself, and how many of them are right. */
  readonly accepted: number;
  readonly acceptedRight: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

export interface ClassScore {
  readonly cls: SampleClass | 'all';
  readonly documents: number;
  readonly documentsRight: number;
  readonly fields: number;
  readonly fieldsRight: number;
  readonly accepted: number;
  readonly acceptedRight: number;
  /** Means per document. */
  readonly passes: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly slowestSeconds: number;
}

/** Upper case, without spaces, dashes and accents: what does not count as a difference. */
export function comparable(value: string | number): string {
  return String(value)
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toUpperCase()
    .replace(/[\s-]/g, '');
}

/** Compares the eight key fields with what is printed. */
export function compareFields(
  read: readonly ReadField[],
  printed: SampleFields,
): Pick<DocumentScore, 'right' | 'wrong' | 'accepted' | 'acceptedRight'> {
  const wrong: { field: string; read: string | null; printed: string; confidence: number | null }[] = [];
  let right = 0;
  let accepted = 0;
  let acceptedRight = 0;
  for (const name of KEY_FIELDS) {
    const field = read.find((f) => f.name === name);
    const truth = printed[TRUTH_NAMES[name]];
    const same = field !== undefined && comparable(field.value) === comparable(truth);
    if (same) right += 1;
    else wrong.push({ field: name, read: field?.value ?? null, printed: String(truth), confidence: field?.confidence ?? null });
    if (field && field.confidence >= ACCEPT_CONFIDENCE) {
      accepted += 1;
      if (same) acceptedRight += 1;
    }
  }
  return { right, wrong, accepted, acceptedRight };
}

export function sumUp(cls: ClassScore['cls'], scores: readonly DocumentScore[]): ClassScore {
  const sum = (of: (score: DocumentScore) => number): number => scores.reduce((total, score) => total + of(score), 0);
  const mean = (of: (score: DocumentScore) => number): number => Math.round((sum(of) / Math.max(1, scores.length)) * 100) / 100;
  return {
    cls,
    documents: scores.length,
    documentsRight: scores.filter((s) => s.wrong.length === 0).length,
    fields: scores.length * KEY_FIELDS.length,
    fieldsRight: sum((s) => s.right),
    accepted: sum((s) => s.accepted),
    acceptedRight: sum((s) => s.acceptedRight),
    passes: mean((s) => s.passes),
    cpuSeconds: mean((s) => s.cpuSeconds),
    wallSeconds: mean((s) => s.wallSeconds),
    slowestSeconds: Math.round(Math.max(0, ...scores.map((s) => s.wallSeconds)) * 100) / 100,
  };
}

/** The scores as lines of a table. */
export function tableOf(title: string, rows: readonly ClassScore[]): string {
  const cells = [
    ['class', 'documents', 'all right', 'fields right', 'accepted (≥ 0.9) right', 'passes', 'CPU s', 'wall s', 'slowest s'],
    ...rows.map((r) => [
      r.cls,
      `${r.documents}`,
      `${r.documentsRight}`,
      `${r.fieldsRight}/${r.fields} (${percent(r.fieldsRight, r.fields)})`,
      `${r.acceptedRight}/${r.accepted}`,
      r.passes.toFixed(1),
      r.cpuSeconds.toFixed(2),
      r.wallSeconds.toFixed(2),
      r.slowestSeconds.toFixed(2),
    ]),
  ];
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  return [title, ...cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))].join('\n');
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

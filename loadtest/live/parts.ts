import { sql } from 'drizzle-orm';
import type { Db } from '#db/connect.ts';
import type { AgentPart, CitizenPart } from '../acts/act-types.ts';
import type { FoundPeople } from './found-people.ts';

/** Plates that each agent looks for, in turn. */
const KNOWN = 50;

/** Who does what: payers pay, the first citizens photograph as well, agents share the plates that are paid in cash. */
export function dealParts(
  { citizens, agents, offices, cashPlates }: FoundPeople,
  given: { freePlates: readonly string[]; uploaders: number; fiscalYear: number },
): { citizens: (CitizenPart | undefined)[]; agents: AgentPart[] } {
  const deal = (plates: readonly string[], among: number, to: number): string[] =>
    plates.filter((_, index) => index % among === to);
  return {
    citizens: citizens.map(({ userId, payable }, index) => {
      const plates = index < given.uploaders ? deal(given.freePlates, given.uploaders, index) : [];
      return payable > 0 || plates.length > 0 ? { role: 'citizen', userId, payable, plates } : undefined;
    }),
    agents: agents.map(({ userId, officeId }, index) => ({
      ...{ role: 'agent', userId, officeId, counter: `LT${index + 1}`, fiscalYear: given.fiscalYear },
      serviceId: offices.find(({ id }) => id === officeId)?.serviceId ?? '',
      known: Array.from({ length: KNOWN }, (_, at) => cashPlates[(index * KNOWN + at) % cashPlates.length] ?? ''),
      payable: deal(cashPlates, agents.length, index),
    })),
  };
}

/** Plates in the form of Madagascar that are in no register yet. */
export async function freePlates(db: Db, count: number): Promise<string[]> {
  const letters = 'ABCDEFGHJKLMNPRSTVWXYZ';
  const letter = (): string => letters[Math.floor(Math.random() * letters.length)] ?? 'A';
  const free = new Set<string>();
  while (free.size < count) {
    const drawn = Array.from(
      { length: count },
      () => `${1_000 + Math.floor(Math.random() * 9_000)}${letter()}${letter()}${letter()}`,
    );
    const taken = await db.execute<{ plate: string }>(
      sql`select plate from vehicles where plate = any(${sql.param(drawn)}::text[])`,
    );
    for (const plate of drawn) if (free.size < count && !taken.some((one) => one.plate === plate)) free.add(plate);
  }
  return [...free];
}

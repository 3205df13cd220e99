import { createHash } from 'node:crypto';

/** The same for states that are equal, whatever the order of their keys: Postgres keeps them in another one than we wrote. */
export const digestOf = (state: unknown): string => createHash('md5').update(canonical(state)).digest('base64').slice(0, 12);

/** When somebody last looked is kept beside a state, and moves without a new number. */
const BESIDE = new Set(['checkedAt']);

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const pairs = Object.entries(value)
    .filter(([key, one]) => one !== undefined && !BESIDE.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join()}}`;
}

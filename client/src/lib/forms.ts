import type { AppError } from '#shared/contracts/errors.ts';

/** A fault of a form: what is wrong, and the id of the field to go to. */
export interface Fault {
  text: string;
  field?: string | undefined;
}

/** Whether a text may be an e-mail address or a phone number; the server decides. */
export function looksLikeContact(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.includes('@') ? /^\S+@\S+\.\S{2,}$/.test(trimmed) : /^\+?[\d\s().-]{6,20}$/.test(trimmed);
}

/** The names of the fields that the server found fault with. */
export function faultyFields(error: AppError): readonly string[] {
  const fields = error.details?.['fields'];
  return Array.isArray(fields) ? fields : [];
}

/** The incident's code, when the fault is one of ours. */
export function incidentOf(error: AppError): string | undefined {
  const incident = error.details?.['incident'];
  return typeof incident === 'string' ? incident : undefined;
}

/** The text of the fault of one field, for the message beside it. */
export const faultOf = (faults: readonly Fault[], field: string): string | undefined =>
  faults.find((fault) => fault.field === field)?.text;

import type { IncomingMessage, ServerResponse } from 'node:http';

const MAX_BODY = 64 * 1024;

/** The body of a request as text. @throws when it is longer than anything that a provider takes */
export async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += String(chunk);
    if (body.length > MAX_BODY) throw new Error('too long');
  }
  return body;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function end(
  response: ServerResponse,
  status: number,
  body: string | object,
  type = 'application/json',
  headers: Record<string, string> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', ...headers }).end(text);
}

/** A header that came once; '' when it did not. */
export const header = (request: IncomingMessage, name: string): string => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
};

/** Fields of a form, names with brackets nested (`a[b][0]=c`), as Stripe writes them. */
export type FormFields = { [name: string]: string | FormFields };

export function parseForm(text: string): FormFields {
  const fields: FormFields = Object.create(null) as FormFields;
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/[[\]]+/).filter((part) => part !== '');
    const last = path.pop();
    if (last === undefined) continue;
    let at = fields;
    for (const part of path) {
      const next = (at[part] ??= Object.create(null) as FormFields);
      if (typeof next === 'string') break;
      at = next;
    }
    at[last] = value;
  }
  return fields;
}

/** A field by its path; '' when it is absent or holds others. */
export function fieldOf(fields: FormFields, ...path: string[]): string {
  let at: string | FormFields | undefined = fields;
  for (const part of path) at = typeof at === 'object' ? at[part] : undefined;
  return typeof at === 'string' ? at : '';
}

/** Everything below a field, flat; what is nested deeper is left out. */
export function mapOf(fields: FormFields, name: string): Record<string, string> {
  const at = fields[name];
  if (typeof at !== 'object') return {};
  return Object.fromEntries(Object.entries(at).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])));
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Text as it stands in a page or an attribute. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

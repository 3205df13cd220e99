import { z } from 'zod';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

const PinoLine = z.looseObject({
  level: z.union([z.number(), z.string()]),
  time: z.union([z.number(), z.string()]).optional(),
  msg: z.string().optional(),
});

/** Fields every line carries and nobody reads on a screen. */
const LEFT_OUT = new Set(['level', 'time', 'msg', 'pid', 'hostname', 'v', 'name', 'node', 'process', 'service']);
const PINO_LEVELS: readonly [number, LogLevel][] = [
  [60, 'fatal'],
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
  [20, 'debug'],
];
const COLOURS = [36, 32, 35, 34, 96, 92, 95, 94];
const LEVEL_COLOURS: Partial<Record<LogLevel, string>> = { warn: '33', error: '31', fatal: '41;97' };

/** What HAProxy says when it stops or a second time about the same node, and Redis's advice for the machine. */
const USUAL_WARNING = /Proxy \S+ stopped| via api\/|backend '(?!api'|sockets')|overcommit/;

/** How grave a line is: pino's level, or what Postgres, Redis and HAProxy write for it. */
export function levelOf(text: string): LogLevel {
  const line = parsePino(text);
  if (line !== undefined) return levelOfPino(line.level);
  if (USUAL_WARNING.test(text)) return 'info';
  if (/\b(FATAL|PANIC):|\[ALERT\]/.test(text)) return 'fatal';
  if (/\bERROR:|^(\w*Error|Uncaught)\b/.test(text)) return 'error';
  if (/\bWARNING:|\[WARNING\]/.test(text)) return 'warn';
  // Redis puts a hash before everything of note, its greeting included.
  return /^\d+:\w [^#*]+ # .*(error|fail|can't|unable|OOM|corrupt)/i.test(text) ? 'warn' : 'info';
}

/**
 * One readable line: `HH:MM:SS node-1   message key=value`. A pino line's fields follow its message, an error's stack
 * comes indented on lines of its own; any other text is shown as it is.
 */
export function formatLine(
  processName: string,
  text: string,
  { colour, now = new Date() }: { colour: boolean; now?: Date },
): string {
  const line = parsePino(text);
  const level = levelOf(text);
  const time = clock(line?.time === undefined ? now : new Date(line.time));
  const name = paint(processName.padEnd(8), colour ? String(colourOf(processName)) : undefined);
  const mark = level === 'warn' || level === 'error' || level === 'fatal' ? `${level.toUpperCase()} ` : '';
  const levelColour = colour ? LEVEL_COLOURS[level] : undefined;
  if (line === undefined) return `${time} ${name} ${paint(mark + text, levelColour)}`;
  const { fields, stack } = describeFields(line);
  const head = paint(`${mark}${line.msg ?? ''}`, levelColour);
  const tail = fields === '' ? '' : ` ${paint(fields, colour ? '2' : undefined)}`;
  return `${time} ${name} ${head}${tail}${stack}`;
}

function describeFields(line: z.infer<typeof PinoLine>): { fields: string; stack: string } {
  let stack = '';
  const fields: string[] = [];
  for (const [key, value] of Object.entries(line)) {
    if (LEFT_OUT.has(key) || value === undefined) continue;
    if ((key === 'err' || key === 'error') && isError(value)) {
      stack = `\n    ${(value.stack ?? value.message).split('\n').join('\n    ')}`;
      continue;
    }
    fields.push(`${key}=${shown(value)}`);
  }
  return { fields: fields.join(' '), stack };
}

function shown(value: unknown): string {
  if (typeof value === 'string') return /[\s="]/.test(value) || value === '' ? JSON.stringify(value) : value;
  return JSON.stringify(value) ?? String(value);
}

function isError(value: unknown): value is { message: string; stack?: string } {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
}

function parsePino(text: string): z.infer<typeof PinoLine> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const parsed = PinoLine.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function levelOfPino(level: number | string): LogLevel {
  if (typeof level === 'number') return PINO_LEVELS.find(([number]) => level >= number)?.[1] ?? 'trace';
  const named = PINO_LEVELS.find(([, name]) => name === level.toLowerCase());
  return named?.[1] ?? 'info';
}

function clock(date: Date): string {
  return Number.isNaN(date.getTime()) ? '--:--:--' : date.toTimeString().slice(0, 8);
}

function colourOf(name: string): number {
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  return COLOURS[sum % COLOURS.length] ?? 36;
}

function paint(text: string, code: string | undefined): string {
  return code === undefined ? text : `\u001b[${code}m${text}\u001b[0m`;
}

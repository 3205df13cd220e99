import { describe, expect, it } from 'vitest';
import { formatLine, levelOf } from './log-format.ts';

const time = new Date(2026, 0, 2, 3, 4, 5).getTime();
const pino = (fields: object): string => JSON.stringify({ level: 30, time, pid: 1, hostname: 'h', ...fields });

describe('formatLine', () => {
  it('shows time, process, message and fields', () => {
    const line = formatLine('node-1', pino({ msg: 'listening', port: 8080, engine: 'uws' }), { colour: false });
    expect(line).toBe('03:04:05 node-1   listening port=8080 engine=uws');
  });

  it('quotes what would be ambiguous', () => {
    const line = formatLine('ocr', pino({ msg: 'read', plate: '1234 TAB', box: { x: 1 } }), { colour: false });
    expect(line).toBe('03:04:05 ocr      read plate="1234 TAB" box={"x":1}');
  });

  it('makes warnings and errors visible, with the stack below', () => {
    const error = { type: 'Error', message: 'no', stack: 'Error: no\n    at x' };
    const line = formatLine('jobs', pino({ level: 50, msg: 'failed', err: error }), { colour: false });
    expect(line).toBe('03:04:05 jobs     ERROR failed\n    Error: no\n        at x');
    expect(formatLine('jobs', pino({ level: 40, msg: 'slow' }), { colour: false })).toContain('WARN slow');
    expect(formatLine('jobs', pino({ level: 50, msg: 'failed' }), { colour: true })).toContain('\u001b[31mERROR failed\u001b[0m');
  });

  it('shows any other text as it is', () => {
    const now = new Date(time);
    expect(formatLine('vite', 'page reload', { colour: false, now })).toBe('03:04:05 vite     page reload');
    expect(formatLine('vite', '{"not": "pino"}', { colour: false, now })).toBe('03:04:05 vite     {"not": "pino"}');
  });
});

describe('levelOf', () => {
  it.each([
    ['2026-01-01 10:00:00 UTC [1] ERROR:  relation "x" does not exist', 'error'],
    ['2026-01-01 10:00:00 UTC [1] FATAL:  the database system is shutting down', 'fatal'],
    ['2026-01-01 10:00:00 UTC [1] LOG:  checkpoint starting', 'info'],
    ["12:M 22 Nov 2026 18:38:35.630 # Can't save in background: fork: Cannot allocate memory", 'warn'],
    ['12:M 22 Nov 2026 18:38:35.630 # Server initialized', 'info'],
    ['[WARNING]  (12) : Server api/node-1 is DOWN, reason: Layer4 connection problem', 'warn'],
    ['[WARNING]  (12) : Server sockets/node-1 is DOWN via api/node-1.', 'info'],
    ["[ALERT]    (12) : backend 'api' has no server available!", 'fatal'],
    ["[ALERT]    (12) : backend 'node-1' has no server available!", 'info'],
    ['TypeError: x is not a function', 'error'],
  ])('%s', (text, level) => expect(levelOf(text)).toBe(level));
});

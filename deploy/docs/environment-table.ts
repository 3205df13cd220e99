import type { z } from 'zod';
import { serverSettings } from '#server/config.ts';
import type { Setting, Settings } from '#shared/node/config.ts';
import { workerSettings } from '#workers/config.ts';

/** The settings of all processes as the README's table: made of the very schemas that read them. */
export function environmentTable(): string {
  const names = [...new Set([...Object.keys(serverSettings), ...Object.keys(workerSettings)])];
  const rows = names.map((name) => {
    const server: Setting | undefined = (serverSettings as Settings)[name];
    const worker: Setting | undefined = (workerSettings as Settings)[name];
    const setting = server ?? worker;
    if (!setting) throw new Error(`no setting ${name}`);
    const readers = server && worker ? 'all' : server ? 'server' : 'workers';
    const meaning = setting.meaning.replaceAll('|', '\\|');
    return `| \`${name}\` | ${readers} | ${defaultOf(setting.schema)} | ${meaning}${setting.secret ? ' (secret)' : ''} |`;
  });
  return ['| Name | Read by | Default | Meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** What a setting is when it is absent. */
function defaultOf(schema: z.ZodType): string {
  const absent = schema.safeParse(undefined);
  if (!absent.success) return 'required';
  if (absent.data === undefined) return '–';
  return `\`${typeof absent.data === 'string' ? absent.data : JSON.stringify(absent.data).replace(/[[\]"]/g, '')}\``;
}

const BEGIN = '<!-- environment: begin -->';
const END = '<!-- environment: end -->';

/** The README with the table brought up to date. */
export function withEnvironmentTable(readme: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the README has no ${BEGIN} … ${END}`);
  return `${readme.slice(0, begin)}${BEGIN}\n${environmentTable()}\n${readme.slice(end)}`;
}

import { DrizzleQueryError } from 'drizzle-orm/errors';
import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

/** What a logger writes. */
function lines(): { written: () => string; logger: ReturnType<typeof createLogger> } {
  let text = '';
  const logger = createLogger({ name: 'test', level: 'trace' }, { write: (line: string) => void (text += line) });
  return { written: () => text, logger };
}

const ADDRESS = 'hanta@example.mg';
const SECRETS = [ADDRESS, '+261320000001', '$argon2id$v=19', 'RABE SOLO', 'VF1BB0A0H23456789'];

describe('a logger', () => {
  it('masks by key, at the first two levels', () => {
    const { logger, written } = lines();
    logger.info({ email: ADDRESS, user: { phone: SECRETS[1], owner: SECRETS[3] }, vin: SECRETS[4] }, 'who');
    for (const secret of SECRETS) expect(written()).not.toContain(secret);
  });

  it('tells of a failed statement without its parameters, nor the row that Postgres names', () => {
    const refused = Object.assign(new Error('duplicate key value violates unique constraint "users_email_key"'), {
      code: '23505',
      detail: `Key (email)=(${ADDRESS}) already exists.`,
      constraint_name: 'users_email_key',
      parameters: SECRETS,
      args: SECRETS,
    });
    const { logger, written } = lines();
    logger.error({ err: new DrizzleQueryError('insert into "users" values ($1, $2)', SECRETS, refused) }, 'a request failed');
    for (const secret of SECRETS) expect(written()).not.toContain(secret);
    expect(written()).toContain('insert into');
    expect(JSON.parse(written())).toMatchObject({ err: { cause: { errorCode: '23505', constraint_name: 'users_email_key' } } });
  });

  it('tells of a refused command without its arguments, and of causes and parts the same', () => {
    const reply = Object.assign(new Error('OOM command not allowed'), {
      command: { name: 'publish', args: ['live', SECRETS[3]] },
    });
    const invalid = Object.assign(new Error(`invalid input syntax for type uuid: "${ADDRESS}"`), { code: '22P02' });
    const { logger, written } = lines();
    logger.warn({ err: new AggregateError([reply, new Error('outer', { cause: invalid })], 'several') }, 'failed');
    for (const secret of SECRETS) expect(written()).not.toContain(secret);
    expect(written()).toContain('OOM command not allowed');
    expect(written()).toContain('invalid input syntax for type uuid');
  });

  it('keeps where an error came from', () => {
    const { logger, written } = lines();
    logger.error({ err: new Error(`two lines\n${'of text'}`) }, 'failed');
    expect((JSON.parse(written()) as { err: { stack: string } }).err.stack).toMatch(
      /^Error: two lines\nof text\n\s+at .*logger\.test\.ts/,
    );
  });
});

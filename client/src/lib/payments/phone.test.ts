import { describe, expect, it } from 'vitest';
import { readPhone } from './phone.ts';

describe('a telephone as it is typed', () => {
  it('is read as its country writes numbers', async () => {
    expect(await readPhone('034 00 001 50', 'MG')).toEqual({ number: '+261340000150', shown: '+261 34 00 001 50' });
    expect((await readPhone('01 90 01 10 13', 'BJ'))?.number).toBe('+2290190011013');
    expect((await readPhone('0612-345678', 'MA'))?.number).toBe('+212612345678');
    expect((await readPhone('+261 34 00 001 50', 'BJ'))?.number).toBe('+261340000150');
  });

  it('is not taken for one too early, nor when it is something else', async () => {
    for (const typed of ['', '034', '034 00 001 5', '034 00 001 500', 'abc', 'rabe@example.test']) {
      expect(await readPhone(typed, 'MG'), typed).toBeNull();
    }
  });
});

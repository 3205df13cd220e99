import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROVIDERS, type ProviderCode } from '#shared/contracts/payments.ts';
import { NotAStatement, readStatement, type ReadLine } from './read-statement.ts';
import { minorDigitsOf } from '#shared/domain/currencies.ts';
import { parseAmount } from './statement-amount.ts';
import { LONGEST_LINE } from './statement-lines.ts';
import { STATEMENT_FORMATS } from './statements.service.ts';

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
async function read(provider: ProviderCode, file: string | Uint8Array, size = 7): Promise<ReadLine[]> {
  const bytes = typeof file === 'string' ? Buffer.from(file) : file;
  const lines: ReadLine[] = [];
  for await (const batch of readStatement(STATEMENT_FORMATS[provider], () => Promise.resolve(chunks(bytes, size))))
    lines.push(...batch);
  return lines;
}
const HEADERS: Readonly<Record<ProviderCode, string>> = {
  mtn_momo: 'Id,External id,Date,Status,Type,From,To,Amount,Currency,Reference Id',
  mvola: 'Date,Transaction,Type,Emetteur,Montant,Devise,Frais,Reference,Correlation,Statut',
  stripe:
    'balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,payment_intent_id,client_reference_id',
};
const MVOLA = '2026-01-15 09:00:00,123,MerchantPay,0340000100,16500,MGA,0,abc,def,completed';

describe('amounts', () => {
  it.each([
    ['16500', 0, 16_500],
    ['16500.00', 0, 16_500],
    ['16 500', 0, 16_500],
    ['16\u202f500,00', 0, 16_500],
    ['1.234.567', 0, 1_234_567],
    ['1,234,567', 0, 1_234_567],
    ['1,500', 0, 1_500],
    ['1.500', 2, 150_000],
    ['1.234,56', 2, 123_456],
    ['1,234.56', 2, 123_456],
    ['0,5', 2, 50],
    ['0,500', 2, 50],
    ['12,3', 2, 1_230],
    ["1'234.50", 2, 123_450],
    ['-200', 0, -200],
    ['200-', 0, -200],
    ['(200)', 0, -200],
    ["'-200", 0, -200],
    ['+200', 0, 200],
    ['0', 2, 0],
  ])('%s (%i decimals) is %i', (text, digits, amount) => expect(parseAmount(text, digits)).toBe(amount));

  it.each([
    '',
    '-',
    ' ',
    'abc',
    '1e5',
    '0x10',
    '12.5',
    '1,23,456',
    '1.2.3',
    '1 23',
    '12,',
    '.',
    '--5',
    '9'.repeat(17),
    '1_000',
    '٣',
  ])('%s is none', (text) => expect(parseAmount(text, 0)).toBeNull());

  it('reads what it is written as, in every manner', () => {
    const manner = fc.constantFrom(['', '.'], [' ', ','], ['\u00a0', ','], [',', '.'], ['.', ','], ["'", '.']);
    fc.assert(
      fc.property(
        fc.integer({ min: -1e12, max: 1e12 }),
        fc.constantFrom('MGA', 'MAD', 'XOF', 'EUR'),
        manner,
        (amount, code, marks) => {
          const digits = minorDigitsOf(code) ?? 0;
          const text = String(Math.abs(amount)).padStart(digits + 1, '0');
          const whole = text.slice(0, text.length - digits).replace(/\B(?=(\d{3})+$)/g, marks[0] ?? '');
          const written = `${amount < 0 ? '-' : ''}${whole}${digits > 0 ? `${marks[1] ?? ''}${text.slice(-digits)}` : ''}`;
          expect(parseAmount(written, digits)).toBe(amount);
        },
      ),
    );
  });
});

describe('a statement', () => {
  it.each([',', ';', '\t'])('is read whatever parts its cells (%j), ends its lines and writes its text', async (delimiter) => {
    const row = MVOLA.replace('completed', 'effectué').split(',');
    const quoted = [...row.slice(0, 4), '"16 500,00"', ...row.slice(5)];
    const text = (end: string): string =>
      `${HEADERS.mvola.replace('Emetteur', 'Émetteur').split(',').join(delimiter)}${end}${quoted.join(delimiter)}${end}`;
    const files = ['\r\n', '\n', '\r'].flatMap((end) => [
      Buffer.from(text(end)),
      Buffer.from(`\ufeff${text(end)}`),
      Buffer.from(text(end), 'latin1'),
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text(end), 'utf16le')]),
      Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text(end), 'utf16le').swap16()]),
    ]);
    for (const file of files)
      for (const size of [1, 2, 3, 4096]) {
        const [line, ...more] = await read('mvola', file, size);
        expect(more).toEqual([]);
        expect(line).toMatchObject({
          number: 2,
          fault: null,
          movement: { amount: 16_500, currency: 'MGA', moved: true, reference: '123' },
        });
      }
  });

  it.each([
    ['a quote that does not end', MVOLA.replace('MerchantPay', '"MerchantPay'), 'not_csv'],
    ['a cell too few', MVOLA.replace(',0,', ','), 'columns'],
    ['a cell too many', `${MVOLA},`, 'columns'],
    ['no amount', MVOLA.replace('16500', 'seize'), 'amount'],
    ['an amount of nothing', MVOLA.replace('16500', '0'), 'amount'],
    ['no currency', MVOLA.replace('MGA', 'Dirhams'), 'currency'],
    ['no date', MVOLA.replace('2026-01-15', '2026-13-15'), 'date'],
    ['a day that is none', MVOLA.replace('2026-01-15', '2026-02-30'), 'date'],
    ['no number', MVOLA.replace(',123,', ',,'), 'reference'],
    ['another kind', MVOLA.replace('MerchantPay', 'Achat crédit'), 'kind'],
    ['no end', `${MVOLA.replace('abc', 'a'.repeat(LONGEST_LINE))}`, 'too_long'],
  ] as const)('tells of a line with %s, and reads those around it', async (_what, bad, fault) => {
    const lines = await read('mvola', [HEADERS.mvola, MVOLA, bad, MVOLA].join('\r\n'));
    expect(lines.map((one) => [one.number, one.fault])).toEqual([
      [2, null],
      [3, fault],
      [4, null],
    ]);
  });

  it('reads two lines whose quotes would end each other as two bad lines', async () => {
    const open = MVOLA.replace('MerchantPay', '"MerchantPay');
    expect((await read('mvola', [HEADERS.mvola, open, open, MVOLA].join('\n'))).map(({ fault }) => fault)).toEqual([
      'not_csv',
      'not_csv',
      null,
    ]);
  });

  it.each([
    [
      'refunds of MTN go back',
      'mtn_momo',
      '77,x,2026-01-15 09:00:00,Successful,Refund,,229,16500,XOF,0e1b',
      { kind: 'refund', amount: -16_500, ourId: '0e1b' },
    ],
    [
      'a payment that failed did not move',
      'mtn_momo',
      '77,x,2026-01-15,Failed,Payment,229,,16500,XOF,0e1b',
      { kind: 'payment', moved: false },
    ],
    [
      'Stripe’s fee',
      'stripe',
      'txn_1,2026-01-15 09:00:00,mad,165.00,4.95,160.05,charge,ch_1,pi_1,abc',
      { amount: 16_500, fee: 495, reference: 'pi_1', ourId: 'abc' },
    ],
    [
      'a refund of Stripe’s is known by itself',
      'stripe',
      'txn_1,2026-01-15 09:00:00,mga,-16500,0,-16500,refund,re_1,pi_1,abc',
      { amount: -16_500, reference: 're_1', ourId: '' },
    ],
  ] as const)('%s', async (_what, provider, row, expected) => {
    expect((await read(provider, `${HEADERS[provider]}\n${row}\n`))[0]?.movement).toMatchObject(expected);
  });

  it.each(['', 'a,b,c\n1,2,3\n', HEADERS.stripe, '\0\0\0', `\n\n${'x\n'.repeat(30)}${HEADERS.mvola}`])(
    'that is none of this provider’s is refused: %j',
    async (file) => {
      await expect(read('mvola', file)).rejects.toThrow(NotAStatement);
    },
  );

  it('of MVola may write Ar for its currency', async () => {
    expect((await read('mvola', `${HEADERS.mvola}\n${MVOLA.replace('MGA', 'Ar')}`))[0]?.movement?.currency).toBe('MGA');
  });

  it('is found under the lines that a portal writes above it', async () => {
    expect(await read('mvola', `Relevé du compte marchand\n\n${HEADERS.mvola}\n${MVOLA}`)).toMatchObject([
      { number: 4, fault: null },
    ]);
  });

  it('never throws and never loses a line, whatever bytes come', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(MVOLA, '"', '""', ',,,', `${MVOLA}"`, '=1+1', '\u2028'));
    const line = fc
      .oneof(
        text,
        fc.array(text).map((parts) => parts.join(',')),
      )
      .map((one) => one.replace(/[\r\n]/g, ''));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...PROVIDERS),
        fc.array(line),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.integer({ min: 1, max: 64 }),
        async (provider, lines, end, size) => {
          const file = Buffer.from([HEADERS[provider], ...lines].join(end));
          const found = await read(provider, file, size);
          const expected = lines.flatMap((one, index) => (/[^\s,;]/.test(one) ? [index + 2] : []));
          expect(found.map(({ number }) => number)).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('holds one batch at a time, however long it is', async () => {
    const total = 50_000;
    async function* file(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${HEADERS.mvola}\n`);
      for (let line = 0; line < total; line += 500) yield await Promise.resolve(Buffer.from(`${MVOLA}\n`.repeat(500)));
    }
    let [count, largest] = [0, 0];
    for await (const batch of readStatement(STATEMENT_FORMATS.mvola, () => Promise.resolve(file()))) {
      count += batch.length;
      largest = Math.max(largest, batch.length);
    }
    expect([count, largest]).toEqual([total, 1_000]);
  });
});

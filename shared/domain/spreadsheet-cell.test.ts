import { expect, it } from 'vitest';
import { defusedCell } from './spreadsheet-cell.ts';

it.each(['=1+1', '+33 6', '-2', '@SUM(A1)', '\t=1', '\r=1', '  =HYPERLINK("http://x")', '|calc', '%0A'])(
  'puts a quote before %j',
  (text) => expect(defusedCell(text)).toBe(`'${text}`),
);
it.each(['', '4821TAB', 'Antananarivo – centre', 'a=b', '12 000', "'already"])('leaves %j as it is', (text) =>
  expect(defusedCell(text)).toBe(text),
);

import type { Candidate } from './candidates.ts';
import { readCoded } from './eu-codes.ts';
import { issuerOf } from './issuer.ts';
import { readLabelled } from './labelled.ts';
import { readMrz } from './mrz.ts';
import type { Word } from './words.ts';

/** Everything one pass over one page tells. */
export interface PassFindings {
  readonly candidates: Candidate[];
  /** Labels or codes of a carte grise that were recognised: what tells one from any other paper. */
  readonly marks: number;
  readonly issueDate: string | null;
  /** ISO 3166-1 of the country that issued the document, where the page says. */
  readonly issuer: string | null;
}

/** From this many codes on a page is of the harmonised kind. */
const CODED_FROM = 5;

/** Reads the words of one pass: codes and machine-readable lines where the page has them, else labels. */
export function readPass(recognised: readonly Word[], today: Date): PassFindings {
  const words = recognised.flatMap(withoutRuling);
  const coded = readCoded(words, today);
  const mrz = readMrz(words, today);
  const labelled = readLabelled(words, today);
  const isCoded = mrz.length > 0 || (coded.codes >= CODED_FROM && coded.codes > labelled.labels);
  const issuer = issuerOf(words);
  return isCoded
    ? { candidates: [...coded.candidates, ...mrz], marks: coded.codes + mrz.length, issueDate: coded.issueDate, issuer }
    : { candidates: labelled.candidates, marks: labelled.labels, issueDate: labelled.issueDate, issuer };
}

/** Rulings and specks are recognised as bars and dashes, alone or stuck to a word. */
function withoutRuling(word: Word): Word[] {
  const text = word.text.replace(/^[|{}[\]_‘'"“”—;:]+|[|{}[\]_‘'"“”—;]+$/g, '');
  if (!/[\p{L}\d<«]/u.test(text)) return [];
  return [text === word.text ? word : { ...word, text }];
}

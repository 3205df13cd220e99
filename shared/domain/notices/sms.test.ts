import { expect, it } from 'vitest';
import { smsSegments, toGsm } from './sms.ts';

it('counts what a text is billed as', () => {
  expect(smsSegments('a'.repeat(160))).toBe(1);
  expect(smsSegments('a'.repeat(161))).toBe(2);
  expect(smsSegments('a'.repeat(307))).toBe(3);
  // The euro sign is two.
  expect(smsSegments(`€${'a'.repeat(158)}`)).toBe(1);
  expect(smsSegments(`€${'a'.repeat(159)}`)).toBe(2);
  expect(smsSegments('ê'.repeat(70))).toBe(1);
  expect(smsSegments('ê'.repeat(71))).toBe(2);
});

it('writes French in the letters that a telephone has', () => {
  expect(toGsm('Reçu : 16 500 Ar – l’opérateur « être » à Œuvre…')).toBe('Recu : 16 500 Ar - l\'opérateur "etre" à OEuvre...');
  expect(smsSegments(toGsm('çâêîôûëïÿœ'.repeat(10)))).toBe(1);
  // What it cannot write it does not lose.
  expect(toGsm('و')).toBe('و');
});

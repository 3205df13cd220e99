import { expect, it } from 'vitest';
import { looksLikeContact } from './forms.ts';
import { nextAddress } from './session.ts';

const next = (query: string): string => nextAddress(new URL(`https://example.org/connexion${query}`));

it('goes on to an address of ours, and to no other', () => {
  expect(next('?suite=%2Fvehicules%2Fajouter%3Fa%3D1')).toBe('/vehicules/ajouter?a=1');
  for (const bad of [
    '',
    '?suite=',
    '?suite=https://evil.example',
    '?suite=//evil.example',
    '?suite=/%5Cevil.example',
    '?suite=vehicules',
  ])
    expect(next(bad)).toBe('/vehicules');
});

it('takes staff to their part, unless they were on their way elsewhere', () => {
  const address = (query: string) => nextAddress(new URL(`https://example.org/connexion${query}`), { role: 'agent' });
  expect([address(''), address('?suite=%2Fcompte')]).toEqual(['/bureau', '/compte']);
  expect(nextAddress(new URL('https://example.org/connexion'), { role: 'citizen' })).toBe('/vehicules');
});

it.each([
  ['rabe@exemple.mg', true],
  ['034 12 345 67', true],
  ['+261 34 12 345 67', true],
  ['rabe', false],
  ['rabe@', false],
  ['12', false],
  ['', false],
])('%j may be an address: %s', (text, expected) => expect(looksLikeContact(text)).toBe(expected));

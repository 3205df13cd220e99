import { describe, expect, it } from 'vitest';
import { createFormats } from './format.ts';

/** Narrow and ordinary no-break spaces look alike; which one comes is Intl's business. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');
const fr = createFormats('fr', 'MG');
const en = createFormats('en', 'MG');

describe('formats', () => {
  it('writes a day without an hour as that day, everywhere', () => {
    expect(fr.date('2016-03-14')).toBe('14 mars 2016');
    expect(en.date('2016-03-14')).toMatch(/14 March 2016|March 14, 2016/);
  });

  it('tells the time of the country, wherever the reader is', () => {
    expect(fr.clock(new Date('2026-05-04T21:03:22Z'))).toBe('00:03:22');
    expect(fr.dateTime('2026-05-04T21:03:22Z')).toContain('5 mai 2026');
  });

  it('writes sizes as people do', () => {
    expect(plain(fr.bytes(512))).toBe('512 o');
    expect(plain(fr.bytes(620_400))).toBe('620 Ko');
    expect(plain(fr.bytes(4_130_000))).toBe('4,1 Mo');
    expect(plain(en.bytes(4_130_000))).toBe('4.1 MB');
  });

  it('writes durations roughly', () => {
    expect(fr.duration(-5)).toBe('0 s');
    expect(fr.duration(12_400)).toBe('12 s');
    expect(fr.duration(150_000)).toBe('3 min');
    expect(fr.duration(7_200_000)).toBe('2 h');
    expect([fr.duration(30 * 3_600_000), fr.duration(96 * 3_600_000)]).toEqual(['30 h', '4 j']);
  });

  it('writes shares and ordinals', () => {
    expect(plain(fr.percent(0.405))).toMatch(/^4[01] %$/);
    expect(fr.ordinal(1)).toBe('1er');
    expect(fr.ordinal(3)).toBe('3e');
    expect([1, 2, 3, 11, 21].map((n) => en.ordinal(n))).toEqual(['1st', '2nd', '3rd', '11th', '21st']);
  });
});

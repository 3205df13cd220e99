import { describe, expect, it } from 'vitest';
import type { AssessmentLine } from '#shared/contracts/tax.ts';
import { countryOf } from '#shared/domain/countries/countries.ts';
import { FIRST_GRIDS } from '#shared/domain/countries/grids.ts';
import { formatMoney } from '#shared/domain/money.ts';
import { assess } from '#shared/domain/tax/assess.ts';
import { UNKNOWN_VEHICLE, type TaxedVehicle } from '#shared/domain/tax/vehicle.ts';
import { createFormats } from '../i18n/format.ts';
import { catalogues } from '../i18n/catalogues.ts';
import { lineReason } from './line-reason.ts';

const telling = (country: 'MG' | 'MA' | 'BJ', locale: 'fr' | 'en' = 'fr') => ({
  m: catalogues[locale].tax.why,
  f: createFormats(locale, country),
  money: (amount: number) => formatMoney(amount, countryOf(country), locale),
});
const linesOf = (country: 'MG' | 'MA' | 'BJ', vehicle: Partial<TaxedVehicle>, on: string): AssessmentLine[] =>
  assess({ vehicle: { ...UNKNOWN_VEHICLE, ...vehicle }, fiscalYear: 2026, on, grid: FIRST_GRIDS[country] }).lines;
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');
const reasons = (lines: readonly AssessmentLine[]) => lines.map((line) => [line.kind, plain(lineReason(line, telling('MG')))]);

describe('the reason of a line', () => {
  it('names the basis with its band, the energy and the age', () => {
    const car = { fuel: 'ES', fiscalPower: 7, firstRegistration: '2014-05-01' } as const;
    expect(reasons(linesOf('MG', car, '2026-01-10'))[0]).toEqual([
      'tax',
      'véhicule de 7 CV (tranche plus de 4, jusqu’à 9), essence, 11 ans au 1er janvier',
    ]);
  });

  it('tells what a penalty is made of, and a duty and a fee what they are over', () => {
    const line = (rule: AssessmentLine['rule']): string => plain(lineReason({ rule }, telling('MG')));
    const late = { dueDate: '2026-01-31', once: 1_250, monthly: 150, furtherMonths: 3, isMinimum: false };
    expect(line({ code: 'penalty.late', params: late })).toBe(
      'à payer au plus tard le 31 janvier 2026, 12,5 % de la taxe, et 1,5 % pour chacun des 3 mois suivants commencés',
    );
    expect(line({ code: 'penalty.late', params: { ...late, isMinimum: true } })).toBe(
      'à payer au plus tard le 31 janvier 2026, montant minimum de la pénalité',
    );
    expect(line({ code: 'stamp_duty.band', params: { over: 10_000, upTo: null } })).toBe(
      'un par reçu, selon le montant (plus de 10 000 Ar)',
    );
    expect(line({ code: 'stamp_duty.band', params: { over: null, upTo: null } })).toBe('un par reçu, quel que soit le montant');
    expect(line({ code: 'fee.online', params: { fixed: 500, share: 0 } })).toBe('500 Ar par paiement, rien au guichet');
  });

  it('says why nothing is owed', () => {
    expect(reasons(linesOf('MG', { category: 'Ambulance' }, '2026-01-10'))).toEqual([
      ['exemption', 'rien n’est dû pour ce type de véhicule : ambulance'],
    ]);
    expect(reasons(linesOf('MG', { firstRegistration: '2027-02-01' }, '2026-01-10'))[0]?.[1]).toContain('1 février 2027');
  });

  it.each(['MG', 'MA', 'BJ'] as const)('is there for every line of every kind of vehicle: %s', (country) => {
    for (const category of [null, 'Ambulance', 'MOTO', 'TAXI', 'CAM', 'REM', 'TCP']) {
      for (const fuel of ['ES', 'GO', 'EL', 'EH'] as const) {
        const vehicle = { category, fuel, fiscalPower: 9, seats: 5, maxMass: 1_500, firstRegistration: '2026-03-02' };
        for (const line of linesOf(country, vehicle, '2026-11-22')) {
          for (const locale of ['fr', 'en'] as const) expect(lineReason(line, telling(country, locale))).toMatch(/\S/);
        }
      }
    }
  });
});

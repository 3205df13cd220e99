import type { AssessmentLine, TaxRule } from '#shared/contracts/tax.ts';
import type { Formats } from '../i18n/format.ts';
import type { Messages } from '../i18n/messages.ts';

type Words = Messages['tax']['why'];

/** What a reason is told with: the words, the country's way of writing, and its money. */
export interface Telling {
  m: Words;
  f: Formats;
  /** An amount of the minor unit, as text. */
  money: (amount: number) => string;
}

/** The rule that made a line of an assessment, in plain words; every rule has some. */
export function lineReason({ rule }: Pick<AssessmentLine, 'rule'>, telling: Telling): string {
  const { m, f, money } = telling;
  switch (rule.code) {
    case 'tax.fiscal_power':
    case 'tax.seats':
    case 'tax.max_mass':
    case 'tax.flat':
      return taxReason(rule, telling);
    case 'exempt.class':
      return m.exemptClass(m.class[rule.params.class]);
    case 'exempt.energy':
      return m.exemptEnergy(m.energy[rule.params.energy]);
    case 'exempt.not_yet_registered':
      return m.notYetRegistered(f.date(rule.params.firstRegistration));
    case 'penalty.late': {
      const { dueDate, once, monthly, furtherMonths, isMinimum } = rule.params;
      const shares = [
        once > 0 && m.lateOnce(f.basisPoints(once)),
        monthly > 0 && furtherMonths > 0 && m.lateMonthly(f.basisPoints(monthly), furtherMonths),
      ];
      return joined([m.late(f.date(dueDate)), ...(isMinimum ? [m.lateMinimum] : shares)]);
    }
    case 'stamp_duty.band': {
      const { over, upTo } = rule.params;
      return over === null && upTo === null ? m.stampDutyAny : m.stampDuty(bandText(over, upTo, money, m));
    }
    case 'fee.online': {
      const { fixed, share } = rule.params;
      return joined([fixed > 0 && m.feeFixed(money(fixed)), share > 0 && m.feeShare(f.basisPoints(share)), m.feeNote]);
    }
  }
}

const joined = (parts: readonly (string | false | null)[]): string => parts.filter(Boolean).join(', ');

type TaxLineRule = Extract<TaxRule, { code: `tax.${string}` }>;

/** Class, basis with its band, energy, age, and the part of the year. */
function taxReason(rule: TaxLineRule, { m, f, money }: Telling): string {
  const { class: kind, energy, age, months, yearAmount } = rule.params;
  return joined([
    kind !== 'vehicle' && m.class[kind],
    basisText(rule, m, f),
    energy && m.energy[energy],
    age !== null && m.age(age),
    months < 12 && m.months(months, money(yearAmount)),
  ]);
}

function basisText(rule: TaxLineRule, m: Words, f: Formats): string {
  if (rule.code === 'tax.flat') return m.flat;
  const band = bandText(rule.params.over, rule.params.upTo, f.number, m);
  if (rule.code === 'tax.fiscal_power') return m.power(f.number(rule.params.fiscalPower), band);
  return rule.code === 'tax.seats' ? m.seats(f.number(rule.params.seats), band) : m.mass(f.number(rule.params.maxMass), band);
}

function bandText(over: number | null, upTo: number | null, write: (value: number) => string, m: Words): string {
  if (over === null) return upTo === null ? m.all : m.upTo(write(upTo));
  return upTo === null ? m.over(write(over)) : m.between(write(over), write(upTo));
}

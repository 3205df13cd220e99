import type { AssessmentLine } from '#shared/contracts/tax.ts';
import type { Formats } from '../i18n/format.ts';
import type { Messages } from '../i18n/messages.ts';

/** In a few words, what a line of the price was worked out from; null when its name says it. */
export function lineReason({ rule }: AssessmentLine, m: Messages['payments']['why'], f: Formats): string | null {
  switch (rule.code) {
    case 'tax.fiscal_power':
    case 'tax.seats':
    case 'tax.max_mass':
    case 'tax.flat': {
      const { energy, age, months } = rule.params;
      const basis =
        rule.code === 'tax.fiscal_power'
          ? m.power(f.number(rule.params.fiscalPower))
          : rule.code === 'tax.seats'
            ? m.seats(f.number(rule.params.seats))
            : rule.code === 'tax.max_mass'
              ? m.mass(f.number(rule.params.maxMass))
              : null;
      const parts = [basis, energy && m.energy[energy], age !== null && m.age(age), months < 12 && m.months(months)];
      return parts.filter(Boolean).join(', ') || null;
    }
    case 'penalty.late':
      return m.late(f.date(rule.params.dueDate));
    case 'stamp_duty.band':
      return m.stampDuty;
    default:
      return null;
  }
}

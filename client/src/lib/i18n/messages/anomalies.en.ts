import type { anomalies as french } from './anomalies.fr.ts';
import type { Translation } from '../translation.ts';

export const anomalies: Translation<typeof french> = {
  title: 'Anomalies',
  lead: 'What looks wrong, with the reason. It is for you to say what it was: the system decides nothing.',
  list: 'To look at',
  open: (count) => (count === 0 ? 'nothing to settle' : `${count} to settle`),
  kindLabel: 'Kind',
  stateLabel: 'State',
  all: 'All',
  none: 'No anomaly fits.',
  older: 'Older anomalies',
  kind: {
    scanned_far_apart: 'One receipt shown far apart, too soon',
    paid_twice: 'Vehicle paid twice',
    reversals_out_of_line: 'Unusual reversals',
    silent_hour: 'Hour without a payment',
  },
  state: { open: 'To settle', explained: 'Explained', confirmed: 'Confirmed' },
  why: {
    scanned_far_apart: (plate, first, firstAt, second, secondAt, km, minutes) =>
      `The receipt of vehicle ${plate} was checked in ${first} (${firstAt}), then in ${second} (${secondAt}): ${km} km in ${minutes} min. One car cannot be at both.`,
    paid_twice: (plates, year, vin) =>
      `The tax of ${year} was paid for what looks like one vehicle: ${plates}. ${vin ? `Same serial number: ${vin}.` : 'Same plate and same day of first registration.'}`,
    reversals_out_of_line: (name, count, takings, days, rate, median, peers) =>
      `${name}: ${count} reversals of ${takings} payments in ${days} days, ${rate} per thousand. The median of ${peers} colleagues is ${median} per thousand.`,
    silent_hour: (office, from, to, usual) =>
      `${office}: no payment from ${from} to ${to}, although the office was open. Usually at this hour: ${usual}.`,
  },
  rule: 'The rule',
  ruleOf: {
    scanned_far_apart:
      'Two checks of one receipt in two regions whose seats are 80 km apart or more, in less time than it takes at 160 km/h in a straight line. Only regions that inspectors agreed to give are compared.',
    paid_twice:
      'The same year paid for two vehicles of the register with the same serial number (17 signs); or, where one has none, with the same plate in two countries and the same day of first registration. Reversed payments do not count.',
    reversals_out_of_line:
      'Over 30 days, among agents who took at least 20 payments: at least 5 reversals, and a rate above all of 10 per thousand, three times the colleagues’ median, and that median plus five times the median distance from it. At least 3 colleagues. Once a month and agent.',
    silent_hour:
      'An hour of the clock that is wholly within the office’s hours, without a payment at a counter, although the median of the same hour of its open days in the last 14 days is one payment or more. It takes 5 open days to compare.',
  },
  receipts: (count) => (count === 1 ? 'The receipt' : `The ${count} receipts`),
  explain: 'Explain',
  confirm: 'Confirm the anomaly',
  explainTitle: 'It is explained',
  confirmTitle: 'It is an anomaly',
  note: 'What it was',
  noteHint: 'What you checked and what you conclude. These words are kept.',
  noteFault: 'Write a few words (3 characters at least).',
  by: (state, name, when) => `${state} by ${name}, ${when}`,
  own: 'This anomaly is about you: another person settles it.',
};

import type { Translation } from '../translation.ts';
import type { channels as fr } from './channels.fr.ts';

export const channels: Translation<typeof fr> = {
  link: 'Payment status',
  title: 'Status of the ways to pay',
  lead: 'Each way to pay, watched all the time. If one does not answer, take another or come back later: your taxes will wait.',
  status: { working: 'Working', slow: 'Slow', failing: 'Not answering', off: 'Not offered' },
  meaning: {
    working: 'The operator answers our requests.',
    slow: 'The operator answers, but the confirmation may take a while.',
    failing: 'The operator no longer answers most of our requests.',
    off: 'This way to pay is not offered here.',
  },
  since: (time) => `since ${time}`,
  paid: 'Payments that went through',
  paidOf: (percent, count) => `${percent} of ${count} requests`,
  confirmation: 'Usually confirmed in',
  confirmationOf: (duration, count) => `${duration} (${count} payments)`,
  lastPaid: 'Last payment confirmed',
  never: 'none known',
  tooFew: 'too few requests to say',
  window: 'Figures are of the last 15 minutes.',
  asOf: (time) => `Up to date at ${time}`,
  stale: (duration) =>
    `This page has learned nothing new for ${duration}: what it shows may have changed. It tries again by itself.`,
  waiting: 'The ways to pay have not been looked at yet.',
  changed: (provider, status) => `${provider}: ${status}`,
  notice: {
    slow: 'Just now, the confirmation may take a while.',
    failing: 'Just now, this operator does not answer. Choose another way to pay, or come back later.',
  },
  seeAll: 'See the status of the ways to pay',
};

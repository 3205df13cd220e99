import type { Section } from '#shared/contracts/dashboards.ts';

/** Where a figure comes from: the table it is read from, of what that is the sum, and whose moment it has. */
export interface FigureSource {
  section: Section;
  /** The table that the figure is read from. */
  table: string;
  /** The tables that it must agree with: what an independent question is asked of. */
  facts: readonly string[];
}

const MONEY = ['payments', 'payment_reversals'] as const;
const sums: FigureSource = { section: 'collections', table: 'collection_sums', facts: MONEY };

/**
 * Every figure of a dashboard and where it comes from. A page says it beside the figure; a test asks the facts for each of them, in other
 * words, and compares.
 */
export const FIGURES = {
  'periods.day.collected': sums,
  'periods.month.collected': sums,
  'periods.year.collected': sums,
  'periods.day.target': { section: 'collections', table: 'collection_targets', facts: ['collection_targets'] },
  'periods.month.target': { section: 'collections', table: 'collection_targets', facts: ['collection_targets'] },
  'periods.year.target': { section: 'collections', table: 'collection_targets', facts: ['collection_targets'] },
  'periods.day.lastYear': { section: 'lastYear', table: 'dashboard_stats', facts: MONEY },
  'periods.month.lastYear': { section: 'lastYear', table: 'dashboard_stats', facts: MONEY },
  'periods.year.lastYear': { section: 'lastYear', table: 'dashboard_stats', facts: MONEY },
  offices: sums,
  channels: sums,
  hours: { section: 'collections', table: 'collection_totals', facts: MONEY },
  days: sums,
  minutes: { section: 'pace', table: 'collection_minutes', facts: ['payments'] },
  'intents.open': { section: 'intents', table: 'open_intents', facts: ['payment_intents'] },
  'intents.uncertain': { section: 'intents', table: 'open_intents', facts: ['payment_intents'] },
  'refunds.awaiting': { section: 'refunds', table: 'refunds', facts: ['refunds'] },
  'refunds.underWay': { section: 'refunds', table: 'refunds', facts: ['refunds'] },
  'refunds.paid': { section: 'refunds', table: 'refund_payouts', facts: ['refund_payouts'] },
  'hall.waiting': { section: 'hall', table: 'tickets', facts: ['tickets'] },
  'hall.served': { section: 'hall', table: 'tickets', facts: ['tickets'] },
  'hall.averageWait': { section: 'hall', table: 'tickets', facts: ['ticket_history'] },
  'hall.p90Wait': { section: 'hall', table: 'tickets', facts: ['ticket_history'] },
  'hall.agents': { section: 'hall', table: 'counter_sessions', facts: ['counter_sessions'] },
  'hall.paused': { section: 'hall', table: 'counter_sessions', facts: ['counter_sessions'] },
  'documents.queue': { section: 'documents', table: 'documents', facts: ['documents'] },
  'documents.read': { section: 'documents', table: 'documents', facts: ['documents'] },
  'documents.successPercent': { section: 'documents', table: 'documents', facts: ['documents'] },
  'documents.doubtful': { section: 'documents', table: 'document_reviews', facts: ['document_reviews'] },
  'documents.averageMs': { section: 'documents', table: 'documents', facts: ['documents'] },
  people: { section: 'people', table: 'the nodes’ counts (Redis)', facts: [] },
  'vehicles.added': { section: 'vehicles', table: 'vehicles', facts: ['vehicles'] },
  providers: { section: 'providers', table: 'payment_channels', facts: ['payment_channels'] },
} as const satisfies Record<string, FigureSource>;

export type FigureName = keyof typeof FIGURES;

import type { NoticeContent } from '#shared/contracts/notices.ts';
import { figureText, METRIC_WORDS, subjectText } from '#shared/domain/alarms/words.ts';
import { countryOf } from '#shared/domain/countries/countries.ts';
import type { I18n } from '../i18n/i18n.svelte.ts';
import { moneyText } from '../payments/money.ts';

/** What the list says of a notice. */
export interface NoticeLine {
  title: string;
  text: string;
  /** On its link. */
  open: string;
  vehicles: readonly { plate: string; country: string }[];
  /** Vehicles that are not named. */
  more: number;
}

const NAMED = 5;

export function noticeLine(content: NoticeContent, i18n: Pick<I18n, 'm' | 'f' | 'country' | 'locale'>): NoticeLine {
  const { title, open } = i18n.m.notices.kind[content.kind];
  const vehicles = vehiclesOf(content);
  const count = 'vehicleCount' in content.params ? content.params.vehicleCount : vehicles.length;
  const named = vehicles.slice(0, NAMED);
  return { title, open, text: textOf(content, i18n), vehicles: named, more: count - named.length };
}

function textOf({ kind, params }: NoticeContent, i18n: Pick<I18n, 'm' | 'f' | 'country' | 'locale'>): string {
  const kinds = i18n.m.notices.kind;
  switch (kind) {
    case 'document_review_corrected':
      return kinds[kind].text(params.fields.map((name) => i18n.m.documents.fields.name[name]).join(', '));
    case 'payment_succeeded':
    case 'payment_confirmed_late':
    case 'payment_failed':
    case 'payment_expired':
    case 'refund_due':
    case 'refund_approved':
    case 'refund_paid':
      return kinds[kind].text(moneyText(i18n, params.amount));
    case 'tax_due':
    case 'tax_overdue':
      return kinds[kind].text(moneyText(i18n, params.amount), String(params.fiscalYear), i18n.f.date(params.dueDate));
    case 'alarm_opened':
    case 'alarm_escalated': {
      const { metric, subject, office, value } = params;
      const of = subjectText(subject, office, i18n.locale);
      const { name } = METRIC_WORDS[i18n.locale][metric];
      const figure = figureText(metric, value, countryOf(i18n.country), i18n.locale);
      return kinds[kind].text(of ? `${name} (${of})` : name, figure);
    }
    case 'ticket_near':
      return kinds[kind].text(params.number, params.office, params.minutes);
    case 'ticket_called':
      return kinds[kind].text(params.number, params.counter, params.office);
    case 'appointment_near':
      return kinds[kind].text(i18n.f.dateTime(params.startsAt), params.office, params.code);
    case 'claim_refused':
      return kinds[kind].text(params.reason);
    case 'tax_paid_by_other':
      return kinds[kind].text(String(params.fiscalYear));
    default:
      return kinds[kind].text;
  }
}

function vehiclesOf({ kind, params }: NoticeContent): readonly { plate: string; country: string }[] {
  switch (kind) {
    case 'document_read':
    case 'document_needs_photo':
    case 'document_failed':
    case 'document_review_corrected':
    case 'document_photo_asked':
      return params.vehicle ? [params.vehicle] : [];
    case 'payment_succeeded':
    case 'payment_confirmed_late':
    case 'payment_failed':
    case 'payment_expired':
    case 'refund_due':
      return params.items;
    case 'tax_due':
    case 'tax_overdue':
      return params.vehicles;
    case 'tax_paid_by_other':
    case 'transfer_asked':
    case 'transfer_confirmed':
    case 'claim_accepted':
    case 'claim_refused':
    case 'vehicle_reassigned':
      return [params];
    default:
      return [];
  }
}

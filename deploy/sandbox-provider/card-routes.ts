import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './http.ts';
import { renderAuthentication, renderCardPage, renderClosed, type CardFault, type Language } from './card-page.ts';
import type { Session } from './stripe-store.ts';

export type CardOutcome = { kind: 'paid' } | { kind: 'declined'; code: string; declineCode: string };

export interface CardRoutesDeps {
  find(id: string): Session | null;
  note(session: Session, text: string): void;
  outcome(session: Session, outcome: CardOutcome): void;
}

/** What Stripe's documented test numbers do; other numbers that are written rightly pay. */
const CARDS: Readonly<Record<string, CardOutcome | 'authentication'>> = {
  '4242424242424242': { kind: 'paid' },
  '4000000000000002': { kind: 'declined', code: 'card_declined', declineCode: 'generic_decline' },
  '4000000000009995': { kind: 'declined', code: 'card_declined', declineCode: 'insufficient_funds' },
  '4000000000000069': { kind: 'declined', code: 'expired_card', declineCode: 'expired_card' },
  '4000000000000119': { kind: 'declined', code: 'processing_error', declineCode: 'processing_error' },
  '4000002500003155': 'authentication',
  '4000000000003220': 'authentication',
};

/** The hosted page: a card is typed, perhaps confirmed at its bank, and the payer is sent back. */
export function createCardRoutes({ find, note, outcome }: CardRoutesDeps) {
  /** Sessions whose card waits for its bank, by what the page shows back. */
  const waiting = new Map<string, string>();

  return async function handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    const [, , id = '', step = ''] = url.pathname.split('/');
    const language = languageOf(request, url);
    const session = find(id);
    const page = (status: number, html: string): true => {
      response.writeHead(status, PAGE_HEADERS).end(html);
      return true;
    };
    if (!session) return page(404, renderClosed(null, language));
    if (session.status !== 'open') return page(session.status === 'complete' ? 200 : 410, renderClosed(session, language));
    if (request.method === 'GET') {
      note(session, 'the payer sees the page');
      return page(200, renderCardPage(session, language, []));
    }
    if (request.method !== 'POST') return page(405, renderClosed(null, language));
    const form = new URLSearchParams(await readBody(request));
    if (step === 'bank') {
      if (waiting.get(session.id) !== form.get('challenge')) return page(200, renderCardPage(session, language, []));
      waiting.delete(session.id);
      if (form.get('answer') === 'confirm') return back(session, response);
      decline(session, {
        kind: 'declined',
        code: 'payment_intent_authentication_failure',
        declineCode: 'authentication_required',
      });
      return page(402, renderCardPage(session, language, ['authentication']));
    }
    const faults = faultsOf(form);
    if (faults.length > 0) return page(422, renderCardPage(session, language, faults, form));
    const number = (form.get('number') ?? '').replace(/\D/g, '');
    const card = CARDS[number] ?? { kind: 'paid' };
    if (card === 'authentication') {
      const challenge = randomBytes(16).toString('hex');
      if (waiting.size >= 1_000) waiting.clear();
      waiting.set(session.id, challenge);
      note(session, 'the bank asks the payer');
      return page(200, renderAuthentication(session, language, challenge));
    }
    if (card.kind === 'paid') return back(session, response);
    decline(session, card);
    return page(402, renderCardPage(session, language, [DECLINES[card.declineCode] ?? 'declined'], form));
  };

  function decline(session: Session, declined: Extract<CardOutcome, { kind: 'declined' }>): void {
    note(session, `the card is declined: ${declined.declineCode}`);
    outcome(session, declined);
  }

  function back(session: Session, response: ServerResponse): true {
    outcome(session, { kind: 'paid' });
    const to = session.successUrl.replaceAll('{CHECKOUT_SESSION_ID}', session.id);
    response.writeHead(303, { Location: to, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' }).end();
    return true;
  }
}

const DECLINES: Readonly<Record<string, CardFault>> = {
  insufficient_funds: 'funds',
  expired_card: 'expired',
  processing_error: 'processing',
};

/** Forms go to the page itself, and from there back to the platform. */
const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
};

const languageOf = (request: IncomingMessage, url: URL): Language => {
  const asked = url.searchParams.get('lang') ?? request.headers['accept-language'] ?? '';
  return /^\s*en/i.test(asked) ? 'en' : 'fr';
};

function faultsOf(form: URLSearchParams): CardFault[] {
  const number = (form.get('number') ?? '').replace(/[\s-]/g, '');
  const [, month, year] = /^\s*(\d\d?)\s*\/\s*(?:20)?(\d\d)\s*$/.exec(form.get('expiry') ?? '') ?? [];
  const faults: CardFault[] = [];
  if (!/^\d{13,19}$/.test(number) || !luhn(number)) faults.push('number');
  const now = new Date();
  const past = Number(year) * 12 + Number(month) < (now.getUTCFullYear() % 100) * 12 + now.getUTCMonth() + 1;
  if (month === undefined || Number(month) < 1 || Number(month) > 12 || past) faults.push('expiry');
  if (!/^\d{3,4}$/.test((form.get('code') ?? '').trim())) faults.push('code');
  return faults;
}

function luhn(number: string): boolean {
  const digits = [...number].reverse().map(Number);
  const sum = digits.reduce((total, digit, at) => {
    const weighed = at % 2 === 0 ? digit : digit * 2;
    return total + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return sum % 10 === 0;
}

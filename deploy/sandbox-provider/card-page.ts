import { escapeHtml } from './http.ts';
import type { Session } from './stripe-store.ts';

export type Language = 'fr' | 'en';
export type CardFault = ('number' | 'expiry' | 'code') | ('declined' | 'funds' | 'expired' | 'processing' | 'authentication');

const TEXTS = {
  fr: {
    title: 'Payer par carte',
    sandbox: 'Bac à sable : carte d’essai, aucun argent ne circule. Ne tapez jamais une vraie carte ici.',
    amount: 'À payer',
    number: 'Numéro de carte',
    numberHint: 'Par exemple 4242 4242 4242 4242',
    expiry: 'Expire fin',
    expiryHint: 'Mois / année, par exemple 12 / 34',
    code: 'Code de sécurité',
    codeHint: 'Trois chiffres, par exemple 123',
    pay: 'Payer',
    leave: 'Revenir sans payer',
    cards: 'Cartes d’essai',
    outcomes: ['paiement accepté', 'carte refusée', 'solde insuffisant', 'confirmation demandée par la banque', 'carte expirée'],
    bank: 'Votre banque vous demande de confirmer',
    bankText: 'C’est la banque d’essai : personne ne vous envoie de code. Choisissez ce que le porteur de la carte aurait fait.',
    confirm: 'Confirmer le paiement',
    refuse: 'Refuser',
    summary: 'Le paiement n’est pas passé',
    paid: 'Ce paiement est fait',
    over: 'Cette page de paiement n’est plus valable',
    back: 'Revenir au site',
    faults: {
      number: 'Vérifiez le numéro de carte : il a un chiffre de trop, de moins ou inversé.',
      expiry: 'Donnez un mois et une année à venir, par exemple 12 / 34.',
      code: 'Le code de sécurité a trois ou quatre chiffres.',
      declined: 'La banque a refusé cette carte. Vous n’avez rien payé. Essayez une autre carte.',
      funds: 'Le solde de cette carte ne suffit pas. Vous n’avez rien payé. Essayez une autre carte.',
      expired: 'Cette carte a expiré. Vous n’avez rien payé. Essayez une autre carte.',
      processing: 'La banque n’a pas pu traiter la demande. Vous n’avez rien payé. Essayez encore.',
      authentication: 'Le paiement n’a pas été confirmé auprès de la banque. Vous n’avez rien payé.',
    },
  },
  en: {
    title: 'Pay by card',
    sandbox: 'Sandbox: test cards only, no money moves. Never type a real card here.',
    amount: 'To pay',
    number: 'Card number',
    numberHint: 'For example 4242 4242 4242 4242',
    expiry: 'Expires end',
    expiryHint: 'Month / year, for example 12 / 34',
    code: 'Security code',
    codeHint: 'Three digits, for example 123',
    pay: 'Pay',
    leave: 'Go back without paying',
    cards: 'Test cards',
    outcomes: ['payment accepted', 'card declined', 'not enough money', 'the bank asks to confirm', 'card expired'],
    bank: 'Your bank asks you to confirm',
    bankText: 'This is the test bank: nobody sends you a code. Choose what the card’s holder would have done.',
    confirm: 'Confirm the payment',
    refuse: 'Refuse',
    summary: 'The payment did not go through',
    paid: 'This payment is done',
    over: 'This payment page is no longer valid',
    back: 'Go back to the site',
    faults: {
      number: 'Check the card number: a digit is missing, doubled or swapped.',
      expiry: 'Give a month and a year to come, for example 12 / 34.',
      code: 'The security code has three or four digits.',
      declined: 'The bank declined this card. You have paid nothing. Try another card.',
      funds: 'There is not enough money on this card. You have paid nothing. Try another card.',
      expired: 'This card has expired. You have paid nothing. Try another card.',
      processing: 'The bank could not process this. You have paid nothing. Try again.',
      authentication: 'The payment was not confirmed with the bank. You have paid nothing.',
    },
  },
};

const NUMBERS = [
  '4242 4242 4242 4242',
  '4000 0000 0000 0002',
  '4000 0000 0000 9995',
  '4000 0025 0000 3155',
  '4000 0000 0000 0069',
];
/** Currencies that Stripe counts without decimals, of those that are met here. */
const ZERO_DECIMAL = new Set(['mga', 'xof', 'xaf', 'jpy', 'krw', 'vnd', 'rwf', 'ugx']);

function moneyOf({ amount, currency }: Session, language: Language): string {
  const digits = ZERO_DECIMAL.has(currency) ? 0 : 2;
  const format = {
    style: 'currency',
    currency: currency.toUpperCase(),
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  } as const;
  return new Intl.NumberFormat(language, format).format(amount / 10 ** digits);
}

const STYLE = `
:root{color-scheme:light}*{box-sizing:border-box}
body{margin:0;background:#f3f4f1;color:#1c2420;font:1.0625rem/1.5 system-ui,sans-serif}
.warn{margin:0;padding:.75rem 1rem;background:#fff3c4;border-bottom:2px solid #8a6100;text-align:center;font-weight:600}
main{max-width:27rem;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.5rem;line-height:1.2;margin:0 0 .25rem}.what{margin:0 0 1rem;color:#45504a}
.sum{display:flex;justify-content:space-between;align-items:baseline;gap:1rem;margin:0 0 1.25rem;padding:1rem 0;border-block:1px solid #c7cec9}
.sum strong{font-size:1.5rem;font-variant-numeric:tabular-nums}
label{display:block;font-weight:600;margin-top:1rem}.hint{display:block;font-weight:400;color:#55605a;font-size:.9375rem}
input{width:100%;margin-top:.35rem;padding:.7rem .75rem;border:1px solid #68736d;border-radius:.375rem;background:#fff;font:inherit;font-variant-numeric:tabular-nums}
input[aria-invalid]{border:2px solid #a3201b}
.two{display:grid;grid-template-columns:1fr 1fr;gap:0 1rem;align-items:end}
button,.button{display:block;width:100%;margin-top:1.25rem;padding:.8rem;border:2px solid #14523a;border-radius:.375rem;background:#14523a;color:#fff;font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
button.plain,.button.plain{background:none;color:#14523a;margin-top:.75rem}
:focus-visible{outline:3px solid #c26c00;outline-offset:2px}
.faults{margin:0 0 1rem;padding:.75rem 1rem;border-left:5px solid #a3201b;background:#fdecea}.faults h2{margin:0 0 .25rem;font-size:1.0625rem}.faults ul{margin:0;padding-left:1.1rem}.faults a{color:#8a1812}
details{margin-top:2rem}summary{cursor:pointer;font-weight:600}
dl{margin:.5rem 0 0}dl div{padding:.4rem 0;border-bottom:1px solid #dfe3e0}dt{font-variant-numeric:tabular-nums}dd{margin:0;color:#45504a}
nav{margin-top:1.5rem}nav a,.lang a{color:#14523a}`;

function frame(language: Language, title: string, body: string): string {
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>
<aside aria-label="${language === 'fr' ? 'Bac à sable' : 'Sandbox'}"><p class="warn">${TEXTS[language].sandbox}</p></aside><main>${body}</main></body></html>`;
}

const head = (session: Session, language: Language): string => {
  const text = TEXTS[language];
  return `<p class="what">${escapeHtml(session.names.join(', '))}</p>
<p class="sum"><span>${text.amount}</span> <strong>${escapeHtml(moneyOf(session, language))}</strong></p>`;
};

/** The page where a card is typed; `given`: what was typed before. The number is not written back into the page, nor is the code. */
export function renderCardPage(session: Session, language: Language, faults: CardFault[], given?: URLSearchParams): string {
  const text = TEXTS[language];
  const path = `/card/${escapeHtml(session.id)}`;
  const fieldFault = (name: CardFault): string =>
    faults.includes(name) ? ` aria-invalid="true" aria-describedby="fault-${name}"` : '';
  const target = (fault: CardFault): string => (['number', 'expiry', 'code'].includes(fault) ? fault : 'number');
  const summary =
    faults.length === 0
      ? ''
      : `<div class="faults" role="alert"><h2>${text.summary}</h2><ul>${faults
          .map((fault) => `<li id="fault-${fault}"><a href="#${target(fault)}">${text.faults[fault]}</a></li>`)
          .join('')}</ul></div>`;
  const field = (name: 'number' | 'expiry' | 'code', attributes: string): string =>
    `<label for="${name}">${text[name]} <span class="hint">${text[`${name}Hint`]}</span></label>
<input id="${name}" name="${name}" inputmode="numeric" autocomplete="off" required${fieldFault(name)} ${attributes}>`;
  const expiry = escapeHtml(given?.get('expiry') ?? '');
  const cards = NUMBERS.map((number, at) => `<div><dt>${number}</dt><dd>${text.outcomes[at] ?? ''}</dd></div>`).join('');
  const other =
    language === 'fr'
      ? '<a href="?lang=en" lang="en" hreflang="en">English</a>'
      : '<a href="?lang=fr" lang="fr" hreflang="fr">Français</a>';
  return frame(
    language,
    `${faults.length > 0 ? `${text.summary} – ` : ''}${text.title}`,
    `<h1>${text.title}</h1>${head(session, language)}${summary}
<form method="post" action="${path}?lang=${language}" novalidate>
${field('number', 'maxlength="23"')}
<div class="two"><div>${field('expiry', `maxlength="9" value="${expiry}"`)}</div><div>${field('code', 'maxlength="4"')}</div></div>
<button>${text.pay}</button>
${session.cancelUrl ? `<a class="button plain" href="${escapeHtml(session.cancelUrl)}">${text.leave}</a>` : ''}</form>
<details open><summary>${text.cards}</summary><dl>${cards}</dl></details><nav class="lang" aria-label="${language === 'fr' ? 'Langue' : 'Language'}">${other}</nav>`,
  );
}

/** The bank's own question, as 3-D Secure puts it. */
export function renderAuthentication(session: Session, language: Language, challenge: string): string {
  const text = TEXTS[language];
  return frame(
    language,
    text.bank,
    `<h1>${text.bank}</h1>${head(session, language)}<p>${text.bankText}</p>
<form method="post" action="/card/${escapeHtml(session.id)}/bank?lang=${language}"><input type="hidden" name="challenge" value="${challenge}">
<button name="answer" value="confirm">${text.confirm}</button><button class="plain" name="answer" value="refuse">${text.refuse}</button></form>`,
  );
}

/** What is seen when there is nothing to pay here any more. */
export function renderClosed(session: Session | null, language: Language): string {
  const text = TEXTS[language];
  const title = session?.status === 'complete' ? text.paid : text.over;
  const to =
    session?.status === 'complete' ? session.successUrl.replaceAll('{CHECKOUT_SESSION_ID}', session.id) : session?.cancelUrl;
  return frame(language, title, `<h1>${title}</h1>${to ? `<a class="button" href="${escapeHtml(to)}">${text.back}</a>` : ''}`);
}

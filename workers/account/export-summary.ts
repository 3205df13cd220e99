import type { AccountExport } from '#shared/contracts/account-export.ts';
import { Locale } from '#shared/contracts/identity.ts';

const WORDS = {
  fr: {
    title: 'Ce que Vignette sait de vous',
    made: 'Copie faite le',
    who: 'Votre compte',
    vehicles: 'Vos véhicules',
    documents: 'Vos cartes grises',
    payments: 'Vos paiements',
    sessions: 'Vos appareils connectés',
    history: 'Ce que vous avez fait',
    none: 'Rien.',
    whole: 'Tout le détail est dans donnees.json ; schema.json en explique chaque champ. Les photos sont dans le dossier photos.',
  },
  en: {
    title: 'What Vignette knows about you',
    made: 'Copy made on',
    who: 'Your account',
    vehicles: 'Your vehicles',
    documents: 'Your cartes grises',
    payments: 'Your payments',
    sessions: 'Your signed-in devices',
    history: 'What you did',
    none: 'Nothing.',
    whole: 'All the detail is in donnees.json; schema.json explains each field. The photographs are in the folder photos.',
  },
} as const;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '');

/** A page to read, without anything that is fetched or run. */
export function exportSummary(data: AccountExport, language: string): string {
  const locale = Locale.catch('fr').parse(language);
  const w = WORDS[locale];
  const day = (at: string): string => new Date(at).toLocaleDateString(locale, { dateStyle: 'long', timeZone: 'UTC' });
  const table = (title: string, rows: readonly (readonly (string | number | null)[])[]): string => {
    const body = rows
      .map((row) => `<tr>${row.map((cell) => `<td>${escape(String(cell ?? '–'))}</td>`).join('')}</tr>`)
      .join('\n');
    return `<h2>${escape(title)}</h2>\n${rows.length ? `<table>${body}</table>` : `<p>${w.none}</p>`}`;
  };
  const { account } = data;
  return [
    `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<title>${w.title}</title><style>body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f}`,
    'table{border-collapse:collapse;width:100%}td{border-bottom:1px solid #d0dad3;padding:.4rem .6rem .4rem 0;vertical-align:top}</style></head>',
    `<body><h1>${w.title}</h1><p>${w.made} ${day(data.exportedAt)}. ${w.whole}</p>`,
    table(w.who, [[account.name, account.email, account.phone, day(account.createdAt)]]),
    table(
      w.vehicles,
      data.vehicles.map(({ plate, make, model, firstRegistration }) => [plate, make, model, firstRegistration]),
    ),
    table(
      w.documents,
      data.documents.map(({ status, createdAt, photographs }) => [
        day(createdAt),
        status,
        photographs.map(({ file }) => file ?? '–').join(', '),
      ]),
    ),
    table(
      w.payments,
      data.payments.flatMap(({ state, startedAt, currency, items }) =>
        items.map(({ plate, fiscalYear, amount, receiptNumber }) => [
          ...[day(startedAt), plate, fiscalYear, `${amount} ${currency}`, state, receiptNumber],
        ]),
      ),
    ),
    table(
      w.sessions,
      data.sessions.map(({ createdAt, userAgent }) => [day(createdAt), userAgent]),
    ),
    table(
      w.history,
      data.history.map(({ at, action }) => [day(at), action]),
    ),
    '</body></html>\n',
  ].join('\n');
}

import { BEHAVIOURS, BEHAVIOUR_NAMES, BY_DIGITS } from './behaviours.ts';
import { CONTROL_SCRIPT } from './control-script.ts';
import { CONTROL_STYLE } from './control-style.ts';
import { OPERATORS, STATEMENT_FAULTS, type ControlState, type Operator } from './controls.ts';
import { escapeHtml } from './http.ts';
import type { SandboxOrder } from './orders.ts';

/** Its one script and its one style are written into it, and it speaks with nobody else. */
export const CONTROL_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
};

const NAMES: Readonly<Record<Operator, string>> = { mtn: 'MTN MoMo', mvola: 'MVola', stripe: 'Carte (Stripe)' };
const KINDS = { payment: 'Paiement', refund: 'Remboursement', transfer: 'Virement' };
const STATUSES = { PENDING: 'en attente', SUCCESSFUL: 'payé', FAILED: 'non payé' };
const REASONS: Readonly<Record<string, string>> = {
  APPROVAL_REJECTED: 'refusé par le payeur',
  NOT_ENOUGH_FUNDS: 'solde insuffisant',
  PAYER_NOT_FOUND: 'compte inconnu',
  EXPIRED: 'temps écoulé',
  PAYER_LIMIT_REACHED: 'plafond atteint',
};
const FAULTS = {
  missing: 'une ligne manque',
  extra: 'une ligne de trop',
  amount: 'un autre montant',
  doubled: 'une ligne en double',
};

const timeOf = (at: number): string =>
  `<time datetime="${new Date(at).toISOString()}">${new Date(at).toISOString().slice(11, 19)}</time>`;
const option = (value: string, text: string, selected = false): string =>
  `<option value="${value}"${selected ? ' selected' : ''}>${escapeHtml(text)}</option>`;
const viceOptions = (): string => BEHAVIOUR_NAMES.map((name) => option(name, BEHAVIOURS[name].title.fr)).join('');

const ZERO_DECIMAL = new Set(['mga', 'xof', 'xaf']);
/** As people read it: Stripe counts in the minor unit. What is no number stands as it came. */
function amountOf({ operator, amount, currency }: SandboxOrder): string {
  const value = Number(amount) / (operator === 'stripe' && !ZERO_DECIMAL.has(currency) ? 100 : 1);
  return escapeHtml(
    `${Number.isFinite(value) ? value.toLocaleString('fr') : amount} ${currency.toUpperCase() === 'AR' ? 'Ar' : currency.toUpperCase()}`,
  );
}

/** What is done with one press: `data-path` is sent `data-body`. */
function press(text: string, path: string, body: object, more = ''): string {
  return `<button type="button" data-path="${path}" data-body="${escapeHtml(JSON.stringify(body))}" ${more}>${text}</button>`;
}

function phone(order: SandboxOrder): string {
  const who = `${escapeHtml(order.msisdn ?? '')}, ${amountOf(order)}`;
  const { id } = order;
  return `<div class="phone"><h4>Téléphone du payeur</h4>
<p>${escapeHtml(NAMES[order.operator])} : payer <strong>${amountOf(order)}</strong> pour la vignette ?</p>
<div class="two">${press('Accepter', '/settle', { id, status: 'SUCCESSFUL' }, `class="yes" aria-label="Accepter, téléphone ${who}"`)}
${press('Refuser', '/settle', { id, status: 'FAILED', reason: 'APPROVAL_REJECTED' }, `class="no" aria-label="Refuser, téléphone ${who}"`)}</div>
<div class="more">${press('Solde insuffisant', '/settle', { id, status: 'FAILED', reason: 'NOT_ENOUGH_FUNDS' })}
${press('Laisser attendre', '/control/hold', { id })}</div></div>`;
}

/** One order, replaced by the page whenever its version changes. */
export function renderOrder(order: SandboxOrder): string {
  const { id, version, status, reason, behaviour, journal } = order;
  const lines = journal.map(({ at, text }) => `<li>${timeOf(at)} ${escapeHtml(text)}</li>`).join('');
  const tells = (['genuine', 'forged', 'earlier'] as const)
    .map((message) =>
      press(
        { genuine: 'Prévenir encore', forged: 'Message falsifié', earlier: 'Dire « en attente »' }[message],
        '/control/tell',
        { id, message },
      ),
    )
    .join('');
  return `<article id="o-${escapeHtml(id)}" data-version="${version}" class="${status.toLowerCase()}" tabindex="-1" aria-labelledby="t-${escapeHtml(id)}">
<h3 id="t-${escapeHtml(id)}">${KINDS[order.kind]} ${amountOf(order)} <span class="by">${NAMES[order.operator]}</span></h3>
<p class="status" data-status="${status}">${STATUSES[status]}${reason ? ` : ${escapeHtml(REASONS[reason] ?? reason)}` : ''}</p>
<p class="facts">${timeOf(order.takenAt)}${order.msisdn ? ` · <span class="msisdn">${escapeHtml(order.msisdn)}</span>` : ''} · ${escapeHtml(behaviour.title.fr)}</p>
${status === 'PENDING' && order.msisdn !== null ? phone(order) : ''}
<details><summary>Journal (${journal.length})</summary><p class="id">${escapeHtml(id)} · ${status}</p><ol>${lines}</ol><div class="more">${order.kind === 'payment' ? tells : ''}</div></details></article>`;
}

/** What the operators are told to do just now. */
export function renderState(state: ControlState): string {
  const said = [
    state.ordinary === 'wait'
      ? 'Les demandes attendent qu’on réponde sur le téléphone du payeur.'
      : 'Sans ordre contraire, le payeur accepte après 3 s.',
    ...(state.next ? [`${state.next.count} prochaine(s) demande(s) : ${BEHAVIOURS[state.next.vice].title.fr}.`] : []),
    ...state.numbers.map(({ phone: number, vice }) => `${number} : ${BEHAVIOURS[vice].title.fr}.`),
    ...state.outages.map(
      ({ operator, kind, until }) =>
        `${NAMES[operator]} ${kind === 'hangs' ? 'ne répond pas' : 'est en panne'} jusqu’à ${new Date(until).toISOString().slice(11, 19)}.`,
    ),
    ...(state.statement ? [`Relevés faussés : ${FAULTS[state.statement]}.`] : []),
  ];
  return `<ul>${said.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`;
}

function controlForms({ ordinary }: ControlState): string {
  const today = new Date().toISOString().slice(0, 10);
  return `<form data-path="/control/ordinary"><fieldset><legend>Qui joue le payeur ?</legend>
<label>Par défaut <select name="vice">${option('ordinary', 'Le payeur accepte tout seul après 3 s', ordinary === 'ordinary')}${option('wait', 'Moi, avec le téléphone du payeur', ordinary === 'wait')}</select></label><button>Appliquer</button></fieldset></form>
<form data-path="/control/next"><fieldset><legend>Prochaines demandes</legend>
<label>Combien <input name="count" type="number" min="0" max="1000" value="1" data-number></label>
<label>Ce qui leur arrive <select name="vice">${viceOptions()}</select></label><button>Appliquer</button></fieldset></form>
<form data-path="/control/number"><fieldset><legend>Un numéro</legend>
<label>Téléphone <input name="phone" inputmode="tel" required pattern="[+]?[0-9 ]{6,20}" placeholder="034 00 000 01"></label>
<label>Ce qui lui arrive <select name="vice">${option('', 'comme ses derniers chiffres le disent')}${viceOptions()}</select></label><button>Appliquer</button></fieldset></form>
<form data-path="/control/outage"><fieldset><legend>Panne</legend>
<label>Opérateur <select name="operator">${option('all', 'tous')}${OPERATORS.map((one) => option(one, NAMES[one])).join('')}</select></label>
<label>Il <select name="kind">${option('unavailable', 'répond 503')}${option('hangs', 'ne répond pas')}</select></label>
<label>Secondes (0 : rétablir) <input name="seconds" type="number" min="0" max="86400" value="120" data-number></label><button>Appliquer</button></fieldset></form>
<form data-path="/control/statement"><fieldset><legend>Relevés du jour</legend>
<p class="links">${OPERATORS.map((one) => `<a href="/statements/${one}/${today}.csv">${NAMES[one]}</a>`).join(' ')}</p>
<label>Faux <select name="fault">${option('', 'non, fidèles')}${STATEMENT_FAULTS.map((one) => option(one, FAULTS[one])).join('')}</select></label><button>Appliquer</button></fieldset></form>`;
}

/** The page on which the demo's operators are looked at, and a visitor plays the payer. */
export function renderControlPage(orders: readonly SandboxOrder[], state: ControlState): string {
  const digits = Object.entries(BY_DIGITS).map(
    ([end, name]) => `<tr><th scope="row">…${end}</th><td>${escapeHtml(BEHAVIOURS[name].title.fr)}</td></tr>`,
  );
  return `<!doctype html><html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Opérateurs de la démonstration</title><style>${CONTROL_STYLE}</style></head><body>
<header><h1>Opérateurs de la démonstration</h1>
<p>Bac à sable : aucun argent ne circule. Ici, vous jouez le payeur et l’opérateur ; les heures sont en temps universel.</p></header>
<main><section aria-labelledby="orders-title"><h2 id="orders-title">Demandes</h2>
<p id="live" class="live" role="status">Les demandes apparaissent d’elles-mêmes.</p>
<p id="none"${orders.length > 0 ? ' hidden' : ''}>Aucune demande pour l’instant. Payez une vignette dans la démonstration : la demande arrivera ici.</p>
<div id="orders">${orders.map(renderOrder).join('')}</div></section>
<aside aria-labelledby="controls-title"><h2 id="controls-title">Réglages</h2>
<div id="state">${renderState(state)}</div><p id="said" role="status"></p>
${controlForms(state)}
${press('Tout oublier', '/control/reset', {}, 'class="reset"')}
<details><summary>Derniers chiffres du téléphone</summary><table><caption>Les deux derniers chiffres choisissent le comportement</caption><tbody>${digits.join('')}</tbody></table></details>
</aside></main><script>${CONTROL_SCRIPT}</script></body></html>`;
}

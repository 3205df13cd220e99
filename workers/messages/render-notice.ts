import type { Locale } from '#shared/contracts/identity.ts';
import {
  NOTICE_RULES,
  PreferenceCategory,
  type NoticeChannel,
  type NoticeContent,
  type NoticeKind,
  type NoticeParams,
} from '#shared/contracts/notices.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { figureText, METRIC_WORDS, subjectText } from '#shared/domain/alarms/words.ts';
import { formatMoney } from '#shared/domain/money.ts';
import { pageOf } from '#shared/domain/notices/links.ts';
import { toGsm } from '#shared/domain/notices/sms.ts';
import { formatPlate } from '#shared/domain/plates.ts';
import { signUnsubscribe } from '#shared/node/unsubscribe-token.ts';
import type { MessageText } from './message-text.ts';
import type { NoticeText, TextFormats } from './notice-text.ts';
import { NOTICE_TEXTS } from './notice-texts.ts';

export interface NoticeRenderDeps {
  origin: string;
  country: Country;
  /** Key of the purpose `unsubscribe`. */
  unsubscribeKey: Buffer;
}

/** Plates that a message names; the rest are counted. */
const NAMED: Record<NoticeChannel, number> = { email: 10, sms: 2 };

const FOOTERS: Record<Locale, { choose: string; stop: string; must: string; duty: string }> = {
  fr: {
    choose: 'Choisir ce que vous recevez',
    stop: 'Ne plus recevoir ces messages',
    must: 'La loi nous demande de vous envoyer ce message, quels que soient vos choix.',
    duty: 'Vous recevez ce message parce que la règle de cette alarme vous désigne. Un administrateur peut la changer.',
  },
  en: {
    choose: 'Choose what you receive',
    stop: 'Stop receiving these messages',
    must: 'The law asks us to send you this message, whatever you have chosen.',
    duty: 'You receive this message because the rule of this alarm names you. An administrator can change it.',
  },
};

/** What an e-mail or an SMS says of a notice to a person. */
export function renderNotice(
  notice: { userId: string; content: NoticeContent },
  to: { channel: NoticeChannel; locale: Locale },
  deps: NoticeRenderDeps,
): MessageText {
  const { content, userId } = notice;
  const { category, obligatory } = NOTICE_RULES[content.kind];
  const asked = PreferenceCategory.safeParse(category);
  const text = textOf(content, to.locale, formatsOf(to, deps.country));
  const page = `${deps.origin}${pageOf(content)}`;
  const words = FOOTERS[to.locale];
  const choose = { label: words.choose, url: `${deps.origin}/compte#avis` };
  // One may not wish away what always comes: such a message has no way to do it either.
  const stop =
    asked.success && !obligatory
      ? `${deps.origin}/api/unsubscribe/${signUnsubscribe(deps.unsubscribeKey, { userId, category: asked.data, channel: to.channel })}`
      : null;
  return {
    subject: text.subject,
    paragraphs: text.paragraphs,
    action: { label: text.action, url: page },
    footer: {
      text: category === 'alarms' ? words.duty : stop === null ? words.must : null,
      links: stop === null ? [choose] : [choose, { label: words.stop, url: stop }],
    },
    unsubscribe: stop,
    sms: toGsm(`${text.sms} ${page}`),
  };
}

function textOf<K extends NoticeKind>(content: NoticeContent, locale: Locale, formats: TextFormats): NoticeText {
  // The union of kinds is one of its members: each kind's text takes that kind's parameters.
  const template = NOTICE_TEXTS[locale][content.kind as K];
  return template(content.params as NoticeParams<K>, formats);
}

function formatsOf({ channel, locale }: { channel: NoticeChannel; locale: Locale }, country: Country): TextFormats {
  // An SMS has room for `31/03/2026`, and for no Arabic letter.
  const style =
    channel === 'sms' ? ({ day: '2-digit', month: '2-digit', year: 'numeric' } as const) : ({ dateStyle: 'long' } as const);
  const date = new Intl.DateTimeFormat(country.formats[locale], { ...style, timeZone: 'UTC' });
  const moment = new Intl.DateTimeFormat(country.formats[locale], {
    ...(channel === 'sms'
      ? ({ day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit' } as const)
      : ({ dateStyle: 'full', timeStyle: 'short' } as const)),
    timeZone: country.timeZone,
  });
  const plate: TextFormats['plate'] = (one) => (channel === 'sms' ? one.plate : formatPlate(one.plate, one.country));
  return {
    money: (amount) => formatMoney(amount, country, locale),
    date: (day) => date.format(new Date(`${day}T00:00:00Z`)),
    moment: (instant) => moment.format(new Date(instant)),
    plate,
    alarm({ metric, subject, office, value, threshold }) {
      const { name, what } = METRIC_WORDS[locale][metric];
      const of = subjectText(subject, office, locale);
      const figure = (one: number): string => figureText(metric, one, country, locale);
      return { title: of ? `${name} (${of})` : name, what, value: figure(value), threshold: figure(threshold) };
    },
    plates(list, count = list.length) {
      const named = list.slice(0, NAMED[channel]).map(plate).join(', ');
      const rest = count - Math.min(list.length, NAMED[channel]);
      return rest > 0 ? `${named} + ${rest}` : named;
    },
  };
}

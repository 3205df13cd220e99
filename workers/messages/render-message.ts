import { Locale } from '#shared/contracts/identity.ts';
import { MESSAGES, type MessageName } from '#shared/contracts/messages.ts';
import type { NoticeChannel, NoticeContent } from '#shared/contracts/notices.ts';
import { openText } from '#shared/node/keys.ts';
import { ACCOUNT_TEXTS } from './account-texts.ts';
import type { MessageText } from './message-text.ts';
import { MESSAGE_TEXTS } from './message-texts.ts';
import { renderNotice, type NoticeRenderDeps } from './render-notice.ts';

/** A message as its row has it. */
export interface StoredMessage {
  id: string;
  template: string;
  locale: string;
  params: Record<string, string>;
  channel: NoticeChannel;
}

export interface RenderDeps extends NoticeRenderDeps {
  /** Key of the purpose `message-params`. */
  key: Buffer;
}

export const isMessageName = (template: string): template is MessageName => Object.hasOwn(MESSAGES, template);

/** The text of a message in its person's language. Throws when the template is unknown or its parameters do not fit or do not open. */
export function renderMessage(
  message: StoredMessage,
  notice: { userId: string; content: NoticeContent } | null,
  deps: RenderDeps,
): MessageText {
  const locale = Locale.catch('fr').parse(message.locale);
  if (!isMessageName(message.template)) throw new Error(`no template ${message.template}`);
  switch (message.template) {
    case 'sign_up_code': {
      const { sealedCode } = MESSAGES.sign_up_code.parse(message.params);
      return MESSAGE_TEXTS.sign_up_code[locale]({ code: openText(deps.key, sealedCode, message.id), origin: deps.origin });
    }
    case 'account_exists':
      return MESSAGE_TEXTS.account_exists[locale]({ origin: deps.origin });
    case 'recovery_code':
    case 'contact_code': {
      const { sealedCode } = MESSAGES[message.template].parse(message.params);
      return ACCOUNT_TEXTS[message.template][locale]({ code: openText(deps.key, sealedCode, message.id), origin: deps.origin });
    }
    case 'recovery_unknown':
    case 'contact_taken':
    case 'email_moved':
    case 'phone_moved':
    case 'account_closed':
      return ACCOUNT_TEXTS[message.template][locale]({ origin: deps.origin });
    case 'notice':
      if (!notice) throw new Error('the notice is gone');
      return renderNotice(notice, { channel: message.channel, locale }, deps);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

type Link = { label: string; url: string };
const linkOf = ({ label, url }: Link, style: string): string =>
  `<a href="${escapeHtml(url)}" style="${style}">${escapeHtml(label)}</a>`;

/** An e-mail's two bodies: plain text, and the same as HTML without anything that is fetched. */
export function emailBodies(text: MessageText, locale: string): { text: string; html: string } {
  const { action, footer } = text;
  const paragraphs = text.paragraphs.map((paragraph) =>
    /^\d{6}$/.test(paragraph)
      ? `<p style="font:600 30px/1.3 monospace;letter-spacing:6px;margin:24px 0">${paragraph}</p>`
      : `<p style="margin:0 0 16px">${escapeHtml(paragraph).replace(/https?:\/\/[^\s<]+/g, '<a href="$&">$&</a>')}</p>`,
  );
  const plain = [
    ...text.paragraphs,
    ...(action ? [`${action.label} : ${action.url}`] : []),
    'Vignette',
    ...(footer
      ? ['-- ', ...(footer.text ? [footer.text] : []), ...footer.links.map(({ label, url }) => `${label} : ${url}`)]
      : []),
  ];
  const button =
    'display:inline-block;padding:13px 22px;background:#0c4a3a;color:#ffffff;font-weight:600;text-decoration:none;border-radius:4px';
  return {
    text: `${plain.join('\n\n')}\n`,
    html: [
      `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
      `<title>${escapeHtml(text.subject)}</title></head>`,
      '<body style="margin:0;padding:24px;background:#fff;color:#1b1b1f"><div style="max-width:480px;font:16px/1.5 sans-serif">',
      ...paragraphs,
      ...(action ? [`<p style="margin:24px 0">${linkOf(action, button)}</p>`] : []),
      '<p style="margin:32px 0 0;color:#5c5f66;font-size:14px">Vignette</p>',
      ...(footer ? footerHtml(footer) : []),
      '</div></body></html>',
    ].join('\n'),
  };
}

function footerHtml({ text, links }: NonNullable<MessageText['footer']>): string[] {
  const line = 'margin:8px 0 0;color:#5c5f66;font-size:14px';
  return [
    '<hr style="margin:16px 0;border:0;border-top:1px solid #d0dad3">',
    ...(text ? [`<p style="${line}">${escapeHtml(text)}</p>`] : []),
    ...links.map((link) => `<p style="${line}">${linkOf(link, 'color:#0a5a45')}</p>`),
  ];
}

import { Locale } from '#shared/contracts/identity.ts';
import { MESSAGES, type MessageName } from '#shared/contracts/messages.ts';
import { openText } from '#shared/node/keys.ts';
import { MESSAGE_TEXTS, type MessageText } from './message-texts.ts';

/** A message as its row has it. */
export interface StoredMessage {
  id: string;
  template: string;
  locale: string;
  params: Record<string, string>;
}

export interface RenderDeps {
  /** Key of the purpose `message-params`. */
  key: Buffer;
  /** Where people open the platform. */
  origin: string;
}

export const isMessageName = (template: string): template is MessageName => Object.hasOwn(MESSAGES, template);

/** The text of a message in its person's language. Throws when the template is unknown or its parameters do not fit or do not open. */
export function renderMessage(message: StoredMessage, deps: RenderDeps): MessageText {
  const locale = Locale.catch('fr').parse(message.locale);
  if (!isMessageName(message.template)) throw new Error(`no template ${message.template}`);
  switch (message.template) {
    case 'sign_up_code': {
      const { sealedCode } = MESSAGES.sign_up_code.parse(message.params);
      return MESSAGE_TEXTS.sign_up_code[locale]({ code: openText(deps.key, sealedCode, message.id), origin: deps.origin });
    }
    case 'account_exists':
      return MESSAGE_TEXTS.account_exists[locale]({ origin: deps.origin });
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

/** An e-mail's two bodies: plain text, and the same as HTML without anything that is fetched. */
export function emailBodies(text: MessageText, locale: string): { text: string; html: string } {
  const paragraphs = text.paragraphs.map((paragraph) =>
    /^\d{6}$/.test(paragraph)
      ? `<p style="font:600 30px/1.3 monospace;letter-spacing:6px;margin:24px 0">${paragraph}</p>`
      : `<p style="margin:0 0 16px">${escapeHtml(paragraph).replace(/https?:\/\/[^\s<]+/g, '<a href="$&">$&</a>')}</p>`,
  );
  return {
    text: `${text.paragraphs.join('\n\n')}\n\nVignette\n`,
    html: [
      `<!doctype html><html lang="${locale}"><meta charset="utf-8"><title>${escapeHtml(text.subject)}</title>`,
      '<body style="margin:0;padding:24px;background:#fff;color:#1b1b1f"><div style="max-width:480px;font:16px/1.5 sans-serif">',
      ...paragraphs,
      '<p style="margin:32px 0 0;color:#5c5f66;font-size:14px">Vignette</p></div></body></html>',
    ].join('\n'),
  };
}

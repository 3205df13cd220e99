import type { CaughtMessage } from './catcher-messages.ts';

/** The page that lists the messages, newest first; it reloads its list by itself when one comes in. */
export function renderCatcherPage(messages: readonly CaughtMessage[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${messages.length} caught messages · Vignette</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #f6f7f8; }
  h1 { font-size: 1.25rem; margin-bottom: .25rem; }
  p.note { margin-top: 0; color: #57606a; }
  article { background: #fff; border: 1px solid #d6dadf; border-radius: 6px; padding: .75rem 1rem; margin: 1rem 0; }
  header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; color: #57606a; font-size: .875rem; }
  header b { color: #1b1f24; }
  h2 { font-size: 1rem; margin: .35rem 0; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: .35rem 0 0; }
</style>
</head>
<body>
<h1>Caught messages</h1>
<p class="note">E-mails and text messages that this local stack would have sent. New ones appear by themselves.
<a href="/codes">Codes of the staff’s second step</a></p>
<main>${renderMessages(messages)}</main>
<script>
  const main = document.querySelector('main');
  const refresh = async () => {
    const page = new DOMParser().parseFromString(await (await fetch('/')).text(), 'text/html');
    main.replaceChildren(...page.querySelector('main').children);
    document.title = page.title;
  };
  const events = new EventSource('/events');
  events.onmessage = refresh;
  events.onopen = refresh;
</script>
</body>
</html>
`;
}

function renderMessages(messages: readonly CaughtMessage[]): string {
  if (messages.length === 0) return '<p>None yet.</p>';
  return messages.map(renderMessage).join('\n');
}

function renderMessage({ id, at, kind, to, from, subject, text, html }: CaughtMessage): string {
  const time = new Date(at).toTimeString().slice(0, 8);
  const formatted = html === undefined ? '' : ` <a href="/messages/${id}.html">as formatted</a>`;
  return `<article>
<header><b>${kind === 'sms' ? 'Text message' : 'E-mail'} to ${escapeHtml(to.join(', '))}</b>
<span>${from === undefined ? '' : `from ${escapeHtml(from)}`}</span><time datetime="${at}">${time}</time>${formatted}</header>
${subject === undefined ? '' : `<h2>${escapeHtml(subject)}</h2>`}
<pre>${linked(escapeHtml(text))}</pre>
</article>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function linked(escaped: string): string {
  return escaped.replace(/https?:\/\/[^\s<]+[^\s<.,;:!?)]/g, (url) => `<a href="${url}">${url}</a>`);
}

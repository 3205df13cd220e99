/**
 * The control page's own script: asks every second what changed and replaces just that, so that what has the focus keeps it.
 * Plain text, for it is written into the page.
 */
export const CONTROL_SCRIPT = `
const list = document.getElementById('orders'), said = document.getElementById('said'), live = document.getElementById('live');
async function send(path, body) {
  const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  said.textContent = answer.ok ? 'C’est fait.' : answer.status === 409 ? 'Trop tard : cette demande est déjà réglée.' : 'Ce n’est pas possible : ' + await answer.text();
  await look();
}
document.addEventListener('click', ({ target }) => {
  const button = target.closest('button[data-path]');
  if (button) send(button.dataset.path, JSON.parse(button.dataset.body));
});
document.addEventListener('submit', (event) => {
  event.preventDefault();
  const body = {};
  for (const field of event.target.elements) {
    if (!field.name) continue;
    body[field.name] = 'number' in field.dataset ? Number(field.value) : field.value === '' ? null : field.value;
  }
  send(event.target.dataset.path, body);
});
let looking = false;
async function look() {
  if (looking) return;
  looking = true;
  try {
    const has = new URLSearchParams([...list.children].map((one) => [one.id.slice(2), one.dataset.version]));
    const { order, changed, state } = await (await fetch('/control/changes?' + has)).json();
    document.getElementById('state').innerHTML = state;
    const wanted = new Set(order.map((id) => 'o-' + id));
    for (const one of [...list.children]) if (!wanted.has(one.id)) one.remove();
    for (const { id, html } of changed) {
      const old = document.getElementById('o-' + id), held = old && old.contains(document.activeElement), open = old && old.querySelector('details').open;
      const made = document.createRange().createContextualFragment(html).firstElementChild;
      if (open) made.querySelector('details').open = true;
      if (old) old.replaceWith(made);
      else { list.prepend(made); live.textContent = 'Nouvelle demande : ' + made.querySelector('h3').textContent; }
      if (held) made.focus();
    }
    document.getElementById('none').hidden = order.length > 0;
    document.body.classList.remove('lost');
  } catch {
    document.body.classList.add('lost');
    live.textContent = 'Le bac à sable ne répond plus ; cette page n’est plus à jour.';
  } finally { looking = false; }
}
setInterval(() => { if (!document.hidden) look(); }, 1000);
document.addEventListener('visibilitychange', look);
`;

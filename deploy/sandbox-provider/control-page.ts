import { BEHAVIOURS, ORDINARY } from './behaviours.ts';
import type { SandboxOrder } from './orders.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);

const row = (order: SandboxOrder): string => `<tr>
<td>${escape(new Date(order.takenAt).toISOString().slice(11, 19))}</td><td>${escape(order.msisdn)}</td>
<td>${escape(order.amount)} ${escape(order.currency)}</td><td>${escape(order.status)} ${escape(order.reason ?? '')}</td>
<td>${order.status === 'PENDING' ? buttons(order.id) : ''}</td></tr>`;

const button = (id: string, status: string, reason: string, text: string): string =>
  `<button data-id="${escape(id)}" data-status="${status}" data-reason="${reason}">${text}</button>`;
const buttons = (id: string): string =>
  button(id, 'SUCCESSFUL', '', 'Accept') +
  button(id, 'FAILED', 'APPROVAL_REJECTED', 'Refuse') +
  button(id, 'FAILED', 'NOT_ENOUGH_FUNDS', 'No money');

const SCRIPT = `
document.addEventListener('click', async ({ target: { dataset } }) => {
  if (!dataset.id) return;
  const { id, status, reason } = dataset;
  await fetch('/settle', { method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ id, status, ...(reason && { reason }) }) });
  location.reload();
});
setInterval(() => { if (!document.hidden) location.reload(); }, 5000);`;

/** The page on which the demo's operator is looked at and told how orders end. */
export function renderControlPage(orders: readonly SandboxOrder[]): string {
  const digits = Object.entries(BEHAVIOURS).map(([end, { title }]) => `<tr><td>…${end}</td><td>${escape(title)}</td></tr>`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mobile money of the demo</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd}button{margin-right:.4rem;font:inherit}</style>
<h1>Mobile money of the demo</h1>
<h2>Orders</h2>
<table><tr><th>At</th><th>Telephone</th><th>Amount</th><th>Status</th><th></th></tr>${orders.slice(0, 100).map(row).join('')}</table>
<h2>What telephones do, by their last two digits</h2>
<table>${digits.join('')}<tr><td>others</td><td>${escape(ORDINARY.title)}</td></tr></table>
<script>${SCRIPT}</script></html>`;
}

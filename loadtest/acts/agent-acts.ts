import { randomUUID } from 'node:crypto';
import type { SearchAnswer } from '#shared/contracts/register.ts';
import type { QueueTicket, QueueView, TicketView } from '#shared/contracts/tickets.ts';
import type { CashQuote, Taking, TillView } from '#shared/contracts/tills.ts';
import { SOON_MS, type Hands } from './act.ts';
import { ActError, type AgentPart } from './act-types.ts';

const queueOf = (part: AgentPart): string => `queue:${part.officeId}`;
const tillOf = (part: AgentPart): string => `till:${part.userId}`;

/** Whoever still stands at the counter, as after an answer that never came, is seen off first. */
async function seeOff({ page }: Hands, part: AgentPart, queue: QueueView | null): Promise<void> {
  const left = queue?.tickets.find(
    ({ agent, state }) => agent?.id === part.userId && (state === 'called' || state === 'serving'),
  );
  if (left?.state === 'called') await page.command('ticket:act', { ticketId: left.id, event: 'serve' });
  if (left) await page.command('ticket:act', { ticketId: left.id, event: 'finish' });
}

/** Opens counter and till. Not measured. */
export async function comeToWork(hands: Hands, part: AgentPart): Promise<void> {
  const { page } = hands;
  await page.command('counter:open', { label: part.counter, serviceIds: [part.serviceId] });
  await seeOff(hands, part, await page.shown(queueOf(part), (state: QueueView) => state, SOON_MS));
  const { till } = await page.shown(tillOf(part), (state: TillView) => state, SOON_MS);
  if (!till) await page.command('till:open', { idempotencyKey: randomUUID(), float: [] });
  await page.shown(tillOf(part), (state: TillView) => (state.till?.state === 'open' ? true : null), SOON_MS);
}

/** Somebody comes in; the next of the line is called, served, and goes. */
export async function serve(hands: Hands, part: AgentPart): Promise<void> {
  const { officeId, serviceId } = part;
  const queue = queueOf(part);
  await seeOff(hands, part, hands.page.stateOf(queue) as QueueView | null);
  await hands.press<TicketView>('ticket', 'ticket:take', { clientId: randomUUID(), officeId, serviceId, priority: 'none' });
  let pressed = performance.now();
  const called = await hands.press<QueueTicket | null>('call', 'ticket:call-next', {});
  if (!called) throw new ActError('NOBODY_WAITS');
  const { id: ticketId } = called;
  const mine = (state: string) => (view: QueueView) =>
    view.tickets.some((one) => one.id === ticketId && one.state === state) || null;
  await hands.see('call', pressed, queue, mine('called'));
  await hands.press('serve', 'ticket:act', { ticketId, event: 'serve' });
  pressed = performance.now();
  await hands.press('finish', 'ticket:act', { ticketId, event: 'finish' });
  await hands.see('finish', pressed, queue, ({ tickets }: QueueView) => !tickets.some(({ id }) => id === ticketId) || null);
}

/** Types a plate that is in the register; the vehicle must be the first that is found. */
export async function search(hands: Hands, part: AgentPart): Promise<void> {
  const plate = part.known[Math.floor(Math.random() * part.known.length)];
  const { hits, incomplete } = await hands.press<SearchAnswer>('search', 'search:find', { query: plate });
  if (hits[0]?.vehicle?.plate !== plate) throw new ActError(incomplete ? 'SEARCH_INCOMPLETE' : 'NOT_FOUND_FIRST');
}

/** Says what a tax costs, takes the cash, and sees the taking in the till with a receipt that can be printed. */
export async function cash(hands: Hands, part: AgentPart): Promise<void> {
  const plate = part.payable.pop();
  if (plate === undefined) throw new ActError('NOTHING_OWED');
  const items = [{ plate, fiscalYear: part.fiscalYear }];
  const { amount } = await hands.press<CashQuote>('quote', 'till:quote', { items });
  const tillId = (hands.page.stateOf(tillOf(part)) as TillView | null)?.till?.id;
  const pressed = performance.now();
  const order = { idempotencyKey: randomUUID(), tillId, items, amount, given: amount };
  const { paymentId } = await hands.press<Taking>('cash', 'till:take', order);
  const taking = ({ takings }: TillView): Taking | undefined => takings.find((one) => one.paymentId === paymentId);
  await hands.see('cash', pressed, tillOf(part), (view: TillView) => taking(view) ?? null);
  const isSigned = (view: TillView): true | null => taking(view)?.items.every(({ receipt }) => receipt.signed) || null;
  await hands.see('receipt to print', pressed, tillOf(part), isSigned);
}

import type { Tx } from '#db/connect.ts';
import { topicChange, type TopicChange } from '#db/outbox.repository.ts';
import { readPayment, readPayments } from '#db/payment-views.repository.ts';
import type { PaymentView } from '#shared/contracts/payments.ts';
import { topicOf } from '#shared/contracts/topics.ts';

/** The page of a payment changes. */
export const paymentChange = (id: string): TopicChange =>
  topicChange('payment', topicOf('payment', id), async (tx) => ({ owner: await paymentView(tx, id) }));

/** The same, by who knows what is to be seen without asking. */
export const paymentTold = (id: string, view: () => PaymentView): TopicChange =>
  topicChange('payment', topicOf('payment', id), () => Promise.resolve({ owner: view() }));

/** The pages of several payments change in one transaction: what the first one asks is read for all, once their numbers are raised. */
export function paymentChanges(ids: readonly string[]): (id: string) => TopicChange {
  return paymentsTold(ids).change;
}

/** The same, and what was told, which is also the answer to who asked for the change: read once. */
export function paymentsTold(ids: readonly string[]) {
  let views: ReturnType<typeof readPayments> | undefined;
  async function viewOf(tx: Tx, id: string): Promise<PaymentView> {
    const found = (await (views ??= readPayments(tx, ids))).get(id);
    if (!found) throw new Error(`no payment ${id}`);
    const { payerId: _payerId, ...view } = found;
    return view;
  }
  return {
    change: (id: string): TopicChange =>
      topicChange('payment', topicOf('payment', id), async (tx) => ({ owner: await viewOf(tx, id) })),
    viewOf,
  };
}

/** The views of those intents that are there. */
export async function paymentViews(tx: Tx, ids: readonly string[]): Promise<Map<string, PaymentView>> {
  const found = await readPayments(tx, ids);
  return new Map([...found].map(([id, { payerId: _payerId, ...view }]) => [id, view]));
}

/** The view of an intent that is there. */
export async function paymentView(tx: Tx, id: string): Promise<PaymentView> {
  const found = await readPayment(tx, id);
  if (!found) throw new Error(`no payment ${id}`);
  const { payerId: _payerId, ...view } = found;
  return view;
}

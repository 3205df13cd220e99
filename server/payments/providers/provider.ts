import type { PaymentFailure, ProviderCode } from '#shared/contracts/payments.ts';

/** What a provider is asked for. `id` is the intent's: the provider takes an id once, however often it is sent. */
export interface PaymentRequest {
  id: string;
  /** E.164. */
  phone: string;
  /** Minor unit. */
  amount: number;
  currency: string;
  /** Shown to the payer. */
  message: string;
}

/**
 * What became of an order.
 *   accepted  it has the order (now, or already)
 *   refused   it will never have it
 *   busy      it did not take it: come again
 *   unclear   no answer, or one that says nothing: it may have it
 */
export type InitiateAnswer =
  { kind: 'accepted' } | { kind: 'refused'; failure: PaymentFailure } | { kind: 'busy' } | { kind: 'unclear'; why: string };

/** How an order stands. `not_found`: it never had it. `unavailable`: it does not say. */
export type ProviderStatus =
  | { kind: 'succeeded'; reference: string; amount: string; currency: string; intentId: string }
  | { kind: 'failed'; failure: PaymentFailure }
  | { kind: 'pending' }
  | { kind: 'not_found' }
  | { kind: 'unavailable'; why: string };

/** What came to a webhook's address, as it came. */
export interface WebhookRequest {
  intentId: string;
  /** The last part of the address. */
  token: string;
  body: Buffer;
}

/** A genuine message: what tells it from all others of the provider. What it says is not believed: the provider is asked. */
export interface WebhookNotice {
  eventId: string;
}

/** A way to pay. Its methods never throw for what the provider does; amounts go out and come back as the provider writes them. */
export interface PaymentProvider {
  code: ProviderCode;
  initiate(request: PaymentRequest): Promise<InitiateAnswer>;
  fetchStatus(intentId: string): Promise<ProviderStatus>;
  /** Null when it is not genuine. Takes the same time whatever is wrong with it. */
  parseWebhook(request: WebhookRequest): WebhookNotice | null;
  /** An amount of the minor unit as this provider writes it. */
  writeAmount(amount: number): string;
}

import type { PaymentFailure, ProviderCode } from '#shared/contracts/payments.ts';
import type { RefundFailure } from '#shared/contracts/refunds.ts';

/** What a provider is asked for. `id` is the intent's: the provider takes an id once, however often it is sent. */
export interface PaymentRequest {
  id: string;
  /** E.164; null for a provider that asks no telephone. */
  phone: string | null;
  /** Minor unit. */
  amount: number;
  currency: string;
  /** Shown to the payer. */
  message: string;
  /** When it was ordered and until when the payer can accept: the same however often it is sent. */
  startedAt: Date;
  expiresAt: Date;
}

/** What tells an order that was given. */
export interface OrderRef {
  /** The intent's. */
  id: string;
  /** The provider's own, where it goes by that and told it. */
  handle: string | null;
  phone: string | null;
}

/**
 * What became of an order.
 *   accepted  it has the order (now, or already); `handle`: its own id of it, `redirectUrl`: its page where the payer pays
 *   refused   it will never have it
 *   busy      it did not take it: come again
 *   unclear   no answer, or one that says nothing: it may have it
 */
export type InitiateAnswer =
  | { kind: 'accepted'; handle?: string; redirectUrl?: string }
  | { kind: 'refused'; failure: PaymentFailure }
  | { kind: 'busy' }
  | { kind: 'unclear'; why: string };

/**
 * How an order stands.
 *   closed       not paid, and never will be: its time was over, or the payer ended it
 *   not_found    it never had it, or nobody can have paid it
 *   no_handle    it may have it, but goes by an id of its own that never reached us: it cannot be asked (ADR 010). While there is time
 *                the order can be given again under the same key
 *   unavailable  it does not say
 */
export type ProviderStatus =
  | { kind: 'succeeded'; reference: string; amount: string; currency: string; intentId: string }
  | { kind: 'failed'; failure: PaymentFailure }
  | { kind: 'closed' }
  | { kind: 'pending' }
  | { kind: 'not_found' }
  | { kind: 'no_handle' }
  | { kind: 'unavailable'; why: string };

/**
 * Money to go back to who paid. `id` is the refund's own: the provider takes it once, however often it is sent, and pays back once. A
 * provider that knows no such keys is no provider that can refund (`canRefund`).
 */
export interface RefundRequest {
  id: string;
  /** What was paid: our intent, the provider's own number for it, the telephone that was asked (E.164; '' where there was none). */
  payment: { intentId: string; reference: string; phone: string };
  /** Minor unit; at most what was paid. */
  amount: number;
  currency: string;
  /** Shown to who is paid back. */
  message: string;
}

/**
 * What became of a refund that was given.
 *   accepted  it has it (now, or already); how it ends is asked by `fetchRefund`
 *   refused   it will never have it
 *   busy      it surely did not take it: come again
 *   unclear   no answer, or one that says nothing: it may have it. Given again under the same id it is paid back once all the same
 */
export type RefundAnswer =
  { kind: 'accepted' } | { kind: 'refused'; failure: RefundFailure } | { kind: 'busy' } | { kind: 'unclear'; why: string };

/**
 * How a refund stands. `succeeded`: the money has left us for good, with the provider's own number. `not_found`: it never had it, for sure.
 * `unavailable`: it does not say.
 */
export type RefundStatus =
  | { kind: 'succeeded'; reference: string; amount: string; currency: string; refundId: string }
  | { kind: 'failed'; failure: RefundFailure }
  | { kind: 'pending' }
  | { kind: 'not_found' }
  | { kind: 'unavailable'; why: string };

/** What came to a webhook's address, as it came. */
export interface WebhookRequest {
  /** The parts of the address after the provider's name. */
  path: readonly string[];
  /** The header in which the provider signs, where it does (`Stripe-Signature`). */
  signature: string | null;
  body: Buffer;
}

/** A genuine message: what tells it from all others of the provider. What it says is not believed: the provider is asked. */
export interface WebhookNotice {
  eventId: string;
  /** Which payment it is about; null: about nothing that is looked into. */
  intentId: string | null;
  /** The provider's own id of the order, for who was never told. */
  handle?: string;
  /** It is about a refund: the id under which that was given (`RefundRequest.id`). */
  refundId?: string;
}

/** The paying back of a way to pay. Its methods never throw for what the provider does. */
export interface ProviderRefunds {
  /**
   * Whether refunds can be given to it here (its protocol has them, and their keys are there). When not, `refund` answers `refused` with
   * `not_refundable`, `fetchRefund` `not_found`, and a person pays back by hand.
   */
  readonly canRefund: boolean;
  /** Gives an approved refund. May be called again with the same request at any time, by a process that knows nothing of the first call. */
  refund(request: RefundRequest): Promise<RefundAnswer>;
  /** How a refund stands, found by its own id; the whole request is given for providers that list refunds by payment. */
  fetchRefund(request: RefundRequest): Promise<RefundStatus>;
}

/** A way to pay. Its methods never throw for what the provider does; amounts go out and come back as the provider writes them. */
export interface PaymentProvider extends ProviderRefunds {
  code: ProviderCode;
  initiate(request: PaymentRequest): Promise<InitiateAnswer>;
  fetchStatus(order: OrderRef): Promise<ProviderStatus>;
  /** Asks it to end an order that is not paid. Whether it did, `fetchStatus` says. Absent: only the payer's telephone can end it. */
  cancel?(order: OrderRef): Promise<void>;
  /** Null when it is not genuine. Takes the same time whatever is wrong with it. */
  parseWebhook(request: WebhookRequest): WebhookNotice | null;
  /** Its statement of a day (`YYYY-MM-DD`, on its own calendar), as a file; null: not there yet. Absent: a person brings statements. */
  fetchStatement?(day: string): Promise<AsyncIterable<Uint8Array> | null>;
  /** An amount of the minor unit as this provider writes it. */
  writeAmount(amount: number): string;
}

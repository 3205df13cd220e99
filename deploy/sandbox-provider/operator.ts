import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Message } from './behaviours.ts';
import type { SandboxOrder, Teller } from './orders.ts';

/** One operator's protocol. */
export interface OperatorServer {
  /** False: the address is none of this operator's. */
  handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean>;
  tell: Teller;
}

/** Sends one message about an order and notes what was answered; never throws. Gives the status, null when none came. */
export type Send = (order: SandboxOrder, message: Message, url: URL, init: RequestInit) => Promise<number | null>;

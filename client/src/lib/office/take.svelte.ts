import { request, toAppError } from '$lib/api.ts';
import { newClientId } from '$lib/documents/client-id.ts';
import type { AppError } from '#shared/contracts/errors.ts';
import type { OfficeService, TicketPriority, TicketView } from '#shared/contracts/tickets.ts';

/** The three steps to a ticket: which service, whether with priority, and the ticket itself. */
export interface Taking {
  readonly service: OfficeService | null;
  readonly ticket: TicketView | null;
  readonly busy: boolean;
  readonly error: AppError | null;
  choose(service: OfficeService): void;
  /** Sent again after a failure it is the same press: no second ticket. */
  take(priority: TicketPriority): Promise<TicketView | null>;
  restart(): void;
}

export function createTaking(officeId: string, pass: () => string | null): Taking {
  let service = $state<OfficeService | null>(null);
  let ticket = $state<TicketView | null>(null);
  let busy = $state(false);
  let error = $state.raw<AppError | null>(null);
  let clientId = newClientId();
  return {
    get service() {
      return service;
    },
    get ticket() {
      return ticket;
    },
    get busy() {
      return busy;
    },
    get error() {
      return error;
    },
    choose(chosen) {
      if (service?.id !== chosen.id) clientId = newClientId();
      service = chosen;
      error = null;
    },
    async take(priority) {
      if (!service || busy) return null;
      busy = true;
      error = null;
      try {
        const shown = pass();
        const order = { clientId, officeId, serviceId: service.id, priority, ...(shown === null ? {} : { pass: shown }) };
        ticket = await request<TicketView>('POST', '/api/tickets', order);
      } catch (cause) {
        error = toAppError(cause);
      } finally {
        busy = false;
      }
      return ticket;
    },
    restart() {
      service = ticket = null;
      error = null;
      clientId = newClientId();
    },
  };
}

import { Hono } from 'hono';
import { AppError } from '#shared/contracts/errors.ts';
import { KioskPass, TakeTicketThere, type OfficeList, type DoorPass, type TicketView } from '#shared/contracts/tickets.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { can } from '#shared/domain/policy.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { readJson } from '../http/json-input.ts';
import { addressKey, type RateLimit } from '../http/rate-limits.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { Passes } from './passes.ts';
import type { TakenBy } from './take-ticket.ts';
import type { TicketsService } from './tickets.service.ts';

export interface TicketRoutesDeps {
  tickets: TicketsService;
  passes: Passes;
  authenticator: Authenticator;
  clock: () => Date;
  timeZone: string;
  /** By address, for who has no account: a waiting room may share one. */
  takeLimit: RateLimit;
  /** By kiosk. */
  kioskLimit: RateLimit;
}

export const TAKE_LIMIT = { points: 60, seconds: 3_600 };
export const KIOSK_LIMIT = { points: 600, seconds: 3_600 };

/** Offices, and tickets for people without an account; mounted at `/api`. */
export function createTicketRoutes(deps: TicketRoutesDeps): Hono<HttpEnvironment> {
  const { tickets, passes, authenticator } = deps;
  const today = (): string => civilDate(deps.clock(), deps.timeZone);

  return (
    new Hono<HttpEnvironment>()
      .get('/offices', async (c) => {
        c.header('Cache-Control', 'public, max-age=60');
        return c.json<OfficeList>({ offices: await tickets.offices() });
      })
      /** The pass of the day, which the board and the kiosk show as a QR: whoever sees it is there. */
      .get('/offices/:id/door', async (c) => {
        const officeId = c.req.param('id');
        const session = await authenticator.authenticate(c.req.header('cookie'));
        const kiosk = c.req.header('x-kiosk-pass');
        const mayShow =
          (kiosk !== undefined && passes.isKiosk(kiosk, officeId, today())) ||
          (session !== null && can(session.viewer, 'kiosk.set_up', { officeId }));
        if (!mayShow) throw new AppError('FORBIDDEN');
        c.header('Cache-Control', 'no-store');
        return c.json<DoorPass>({ pass: passes.door(officeId, today()), day: today() });
      })
      /** Makes the machine that asks a kiosk (or a board) of the office, for a member of its staff. */
      .post('/offices/:id/kiosk', async (c) => {
        const officeId = c.req.param('id');
        const session = await authenticator.authenticate(c.req.header('cookie'));
        if (!session) throw new AppError('UNAUTHENTICATED');
        if (!can(session.viewer, 'kiosk.set_up', { officeId })) throw new AppError('FORBIDDEN');
        c.header('Cache-Control', 'no-store');
        return c.json<KioskPass>({ pass: passes.kiosk(officeId, today()) }, 201);
      })
      .post('/tickets', async (c) => {
        const { pass, ...order } = await readJson(c, TakeTicketThere);
        const by = await takenBy(order.officeId, pass, c.req.header('cookie'), c.get('clientAddress'));
        c.header('Cache-Control', 'no-store');
        return c.json<TicketView>(await tickets.take(order, by), 201);
      })
      .delete('/tickets/:id', async (c) => {
        c.header('Cache-Control', 'no-store');
        return c.json<TicketView>(await tickets.leave(idOf(c.req.param('id'))));
      })
  );

  /** By which right somebody takes a ticket: an account, or being there. */
  async function takenBy(
    officeId: string,
    pass: string | undefined,
    cookie: string | undefined,
    address: string,
  ): Promise<TakenBy> {
    if (pass !== undefined && passes.isKiosk(pass, officeId, today())) {
      await deps.kioskLimit.consume(pass);
      return { source: 'kiosk', userId: null };
    }
    const session = await authenticator.authenticate(cookie);
    if (session?.viewer.role === 'citizen') return { source: 'phone', userId: session.viewer.userId };
    if (pass === undefined || !passes.isDoor(pass, officeId, today())) throw new AppError('TICKET_PASS_INVALID');
    await deps.takeLimit.consume(addressKey(address));
    return { source: 'phone', userId: null };
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function idOf(text: string): string {
  if (!UUID.test(text)) throw new AppError('TICKET_NOT_FOUND');
  return text;
}

import type { Tx } from '#db/connect.ts';
import type { NewNotice } from '#db/notices.repository.ts';
import { readOfficeLine } from '#db/ticket-views.repository.ts';
import { findOffice, findTicket, waitingWithAccounts } from '#db/tickets.repository.ts';
import type { NoticeSource } from '#shared/contracts/notices.ts';

/** Whose turn is expected within this is told so: enough to come back from the other side of the street. Milliseconds. */
const NEAR_MS = 10 * 60_000;
/** Who took the ticket so short ago saw on it how soon it will be. Milliseconds. */
const JUST_TAKEN_MS = 3 * 60_000;

/** Somebody is called: they are told, and so are those with an account whose turn is near now. */
export async function turnNotices(
  tx: Tx,
  { ticketId, officeId }: Extract<NoticeSource, { event: 'ticket.called' }>,
  at: Date,
): Promise<NewNotice[]> {
  const [office, ticket] = [await findOffice(tx, officeId), await findTicket(tx, ticketId)];
  if (!office || !ticket) return [];
  return [
    ...calledNotices(ticket, office.name),
    ...(await nearNotices(tx, { officeId, day: ticket.day, name: office.name }, at)),
  ];
}

/** Nothing once they came, or went on: it would send them to a counter where nobody waits for them. Again goes to the app alone. */
function calledNotices(
  { id: ticketId, userId, state, number, counter, calls }: NonNullable<Awaited<ReturnType<typeof findTicket>>>,
  office: string,
): NewNotice[] {
  if (userId === null || state !== 'called' || counter === null) return [];
  const content = { kind: 'ticket_called' as const, params: { ticketId, number, office, counter } };
  return [{ userId, eventKey: `${ticketId}:${calls}`, content, ...(calls > 1 && { inAppOnly: true as const }) }];
}

async function nearNotices(tx: Tx, office: { officeId: string; day: string; name: string }, at: Date): Promise<NewNotice[]> {
  const people = await waitingWithAccounts(tx, office.officeId, office.day, new Date(at.getTime() - JUST_TAKEN_MS));
  if (people.length === 0) return [];
  const line = await readOfficeLine(tx, office.officeId, office.day, at);
  const expected = new Map(line?.line.places.map(({ number, expectedAt }) => [number, expectedAt]));
  return people.flatMap(({ id: ticketId, number, userId }): NewNotice[] => {
    const waitMs = Date.parse(expected.get(number) ?? '') - at.getTime();
    if (Number.isNaN(waitMs) || waitMs > NEAR_MS) return [];
    const params = { ticketId, number, office: office.name, minutes: Math.max(0, Math.round(waitMs / 60_000)) };
    return [{ userId, eventKey: ticketId, content: { kind: 'ticket_near', params } }];
  });
}

import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { appendAudit } from '#db/audit.repository.ts';
import {
  addTotals,
  officeOfPayment,
  officesOfRegion,
  readMovements,
  readStandingOrders,
  sumDays,
  sumHours,
  sumMovements,
  type FoundMovement,
  type MovementCursor,
  type MovementFilter,
} from '#db/collections.repository.ts';
import type { Db, Tx } from '#db/connect.ts';
import { readPayment } from '#db/payment-views.repository.ts';
import {
  COLLECTION_PAGE,
  ORDERS_SHOWN,
  type CollectedPayment,
  type CollectionFilter,
  type CollectionHours,
  type CollectionPage,
  type CollectionTotals,
  type ExportFormat,
  type HoursFilter,
  type OrderStanding,
  type StandingOrders,
} from '#shared/contracts/collections.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { Locale } from '#shared/contracts/identity.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { addDays, civilDate, instantOf } from '#shared/domain/dates.ts';
import { can, type Actor } from '#shared/domain/policy.ts';
import type { Logger } from '#shared/node/logger.ts';
import { movementFile } from './collection-export.ts';

export interface CollectionsDeps {
  db: Db;
  clock: () => Date;
  country: Country;
  logger: Logger;
}

/** The movements of money under the dashboard's figures. FORBIDDEN: of another office, or of all, for who sees one office. */
export interface CollectionsService {
  page(viewer: Actor, filter: CollectionFilter, before: MovementCursor | null): Promise<CollectionPage>;
  /** All of them, as a file that is written while it is read. */
  export(viewer: Actor, filter: CollectionFilter, as: { format: ExportFormat; locale: Locale }): Promise<Readable>;
  /** What each hour of a day brought, from the totals. */
  hours(viewer: Actor, filter: HoursFilter): Promise<CollectionHours>;
  /** Orders online that have not ended. */
  orders(viewer: Actor, standing: OrderStanding): Promise<StandingOrders>;
  /** PAYMENT_NOT_FOUND also for one that the viewer may not see. */
  payment(viewer: Actor, id: string): Promise<CollectedPayment>;
}

/** Movements of an export that are in memory at once. */
const BATCH = 1_000;
/** List and sum are of one moment. */
const ONE_MOMENT = { isolationLevel: 'repeatable read' } as const;
/** Windows of more days than that are summed from the totals, but for their newest two days: what was booked before midnight is told after it. */
const COUNTED_DAYS = 2;
const STATES = { open: ['created', 'pushed', 'pending'], uncertain: ['unknown'] } as const;

export function createCollectionsService({ db, clock, country, logger }: CollectionsDeps): CollectionsService {
  const midnight = (day: string): Date => instantOf(day, '00:00:00', country.timeZone);

  const maySee = (viewer: Actor, officeId: string | null): boolean => can(viewer, 'collection.read', { officeId });
  /** What is not of one office is of all of them. */
  function authorise(viewer: Actor, { place }: Pick<CollectionFilter, 'place'>): void {
    if (!maySee(viewer, place === undefined || place === 'online' ? null : place)) throw new AppError('FORBIDDEN');
  }
  async function placeOf(
    tx: Tx | Db,
    { place, region }: Pick<CollectionFilter, 'place' | 'region'>,
  ): Promise<MovementFilter['place']> {
    if (region !== undefined) return { offices: await officesOfRegion(tx, region) };
    return place === undefined ? null : place === 'online' ? 'online' : { offices: [place] };
  }
  /** What is asked, as the repository takes it. */
  async function movementsOf(tx: Tx | Db, filter: CollectionFilter): Promise<MovementFilter> {
    const { from, to, hour, channel = null, kind = null } = filter;
    return {
      ...{ from: midnight(from), to: midnight(addDays(to, 1)), place: await placeOf(tx, filter), channel, kind },
      hour: hour === undefined ? null : { of: hour, day: from, timeZone: country.timeZone },
    };
  }
  /** Of the newest days counted one by one, of those before from the totals: a year is as quick as a day. */
  async function totalsOf(tx: Tx, { from, to }: CollectionFilter, movements: MovementFilter): Promise<CollectionTotals> {
    const newest = addDays(civilDate(clock(), country.timeZone), 1 - COUNTED_DAYS);
    if (addDays(from, COUNTED_DAYS) > to || from >= newest) return sumMovements(tx, movements);
    const last = to < newest ? to : addDays(newest, -1);
    const before = await sumDays(tx, { from, to: last }, movements);
    return to < newest ? before : addTotals(before, await sumMovements(tx, { ...movements, from: midnight(newest) }));
  }
  /** Who looked at what, without what was seen. */
  const looked = (
    tx: Tx | Db,
    viewer: Actor,
    action: string,
    filter: CollectionFilter,
    more: Record<string, string | number> = {},
  ) =>
    appendAudit(tx, {
      ...{ actorId: viewer.userId, action, entity: 'collection', entityId: filter.place ?? filter.region ?? 'national' },
      details: {
        ...{ from: filter.from, to: filter.to, hour: filter.hour ?? null },
        ...{ channel: filter.channel ?? null, kind: filter.kind ?? null },
        ...more,
      },
    });

  return {
    async page(viewer, filter, before) {
      authorise(viewer, filter);
      const answer = await db.transaction(async (tx) => {
        const movements = await movementsOf(tx, filter);
        const found = await readMovements(tx, movements, { cursor: before, limit: COLLECTION_PAGE + 1 });
        const [shown, last] = [found.slice(0, COLLECTION_PAGE), found[COLLECTION_PAGE - 1]];
        return {
          movements: shown.map(({ cursor: _cursor, ...movement }) => movement),
          next: found.length > COLLECTION_PAGE && last ? cursorText(last.cursor) : null,
          totals: await totalsOf(tx, filter, movements),
          ...{ currency: country.currency.code, asOf: clock().toISOString() },
        };
      }, ONE_MOMENT);
      if (!before) await looked(db, viewer, 'collection.shown', filter);
      return answer;
    },

    async export(viewer, filter, { format, locale }) {
      authorise(viewer, filter);
      const movements = await movementsOf(db, filter);
      await looked(db, viewer, 'collection.exported', filter, { format });
      const out = new PassThrough();
      const writing = db.transaction(async (tx) => {
        const { paid, reversed } = await totalsOf(tx, filter, movements);
        async function* batches(): AsyncGenerator<FoundMovement[]> {
          for (let cursor: MovementCursor | null = null; ;) {
            const found: FoundMovement[] = await readMovements(tx, movements, { cursor, limit: BATCH });
            yield found;
            cursor = found.at(-1)?.cursor ?? null;
            if (found.length < BATCH) return;
          }
        }
        const file = { format, locale, country, at: clock(), count: paid.count + reversed.count };
        await pipeline(Readable.from(movementFile(batches(), file)), out);
      }, ONE_MOMENT);
      // Whoever reads has the head of the answer by now: a fault cuts the file short, which a reader sees; so does one who goes away.
      writing.catch((error: unknown) => {
        if (!out.destroyed || out.errored) logger.warn({ err: error }, 'an export of movements did not come to its end');
        out.destroy();
      });
      return out;
    },

    async hours(viewer, filter) {
      authorise(viewer, filter);
      const { day } = filter;
      const of = await sumHours(db, day, await placeOf(db, filter));
      const hours = Array.from({ length: 24 }, (_, hour) => of.get(hour) ?? { count: 0, amount: 0 });
      return { day, hours, asOf: clock().toISOString() };
    },

    async orders(viewer, standing) {
      authorise(viewer, {});
      const asOf = clock().toISOString();
      const orders = await db.transaction((tx) => readStandingOrders(tx, STATES[standing], ORDERS_SHOWN), ONE_MOMENT);
      await appendAudit(db, { actorId: viewer.userId, action: 'order.listed', entity: 'order', entityId: standing });
      return { ...orders, asOf };
    },

    async payment(viewer, id) {
      const asOf = clock().toISOString();
      const [payment, office] = [await readPayment(db, id), await officeOfPayment(db, id)];
      if (!payment || !maySee(viewer, office?.id ?? null)) throw new AppError('PAYMENT_NOT_FOUND');
      await appendAudit(db, { actorId: viewer.userId, action: 'payment.shown', entity: 'payment', entityId: id });
      const { payerId: _payer, phone: _phone, redirectUrl: _page, ...shown } = payment;
      return { ...shown, office, asOf };
    },
  };
}

const cursorText = ({ at, itemId, kind }: MovementCursor): string => [at, itemId, kind].join('~');

/** A cursor as it stood in an address whose form was checked. */
export function cursorOf(text: string): MovementCursor {
  const [at = '', itemId = '', kind] = text.split('~');
  return { at, itemId, kind: kind === 'reversed' ? 'reversed' : 'paid' };
}

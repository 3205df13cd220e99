import { Readable } from 'node:stream';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import {
  CollectionCursor,
  CollectionFilter,
  ExportFormat,
  HoursFilter,
  OrderStanding,
  type CollectedPayment,
  type CollectionHours,
  type CollectionPage,
  type StandingOrders,
} from '#shared/contracts/collections.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';
import { Locale } from '#shared/contracts/identity.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import type { LimitRule, RateLimit } from '../http/rate-limits.ts';
import { requireAction } from '../http/require-action.ts';
import { cursorOf, type CollectionsService } from './collections.service.ts';

/** Exports of one person: each reads all movements of its filter. */
export const COLLECTION_EXPORT_LIMIT: LimitRule = { points: 30, seconds: 3600 };

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

export interface CollectionRoutesDeps {
  collections: CollectionsService;
  exportLimit: RateLimit;
  requireSession: MiddlewareHandler<HttpEnvironment>;
}

/** The movements of money under a figure, for the staff; to be mounted under `/api/collections`. */
export function createCollectionRoutes({
  collections,
  exportLimit,
  requireSession,
}: CollectionRoutesDeps): Hono<HttpEnvironment> {
  const asked = (c: Context<HttpEnvironment>): CollectionFilter => {
    const { before: _before, format: _format, locale: _locale, ...query } = c.req.query();
    const filter = CollectionFilter.safeParse(query);
    if (!filter.success) throw new AppError('INVALID_INPUT', { fields: filter.error.issues.map(({ path }) => path.join('.')) });
    return filter.data;
  };
  return new Hono<HttpEnvironment>()
    .use(requireSession, requireAction('collection.read'))
    .get('/', async (c) => {
      const filter = asked(c);
      const before = CollectionCursor.optional().safeParse(c.req.query('before'));
      if (!before.success) throw new AppError('INVALID_INPUT', { fields: ['before'] });
      c.header('Cache-Control', 'private, no-store');
      return c.json<CollectionPage>(
        await collections.page(c.get('viewer'), filter, before.data === undefined ? null : cursorOf(before.data)),
      );
    })
    .get('/export', async (c) => {
      const filter = asked(c);
      const as = {
        format: ExportFormat.safeParse(c.req.query('format')),
        locale: Locale.default('fr').safeParse(c.req.query('locale')),
      };
      if (!as.format.success || !as.locale.success) throw new AppError('INVALID_INPUT', { fields: ['format'] });
      await exportLimit.consume(c.get('viewer').userId);
      const [format, locale] = [as.format.data, as.locale.data];
      const file = await collections.export(c.get('viewer'), filter, { format, locale });
      const days = filter.from === filter.to ? filter.from : `${filter.from}-${filter.to}`;
      c.header('Content-Type', TYPES[format]);
      c.header('Content-Disposition', `attachment; filename="mouvements-${days}.${format}"`);
      c.header('Cache-Control', 'private, no-store');
      return c.body(Readable.toWeb(file) as ReadableStream);
    })
    .get('/hours', async (c) => {
      const filter = HoursFilter.safeParse(c.req.query());
      if (!filter.success) throw new AppError('INVALID_INPUT', { fields: filter.error.issues.map(({ path }) => path.join('.')) });
      c.header('Cache-Control', 'private, no-store');
      return c.json<CollectionHours>(await collections.hours(c.get('viewer'), filter.data));
    })
    .get('/orders', async (c) => {
      const standing = OrderStanding.safeParse(c.req.query('standing'));
      if (!standing.success) throw new AppError('INVALID_INPUT', { fields: ['standing'] });
      c.header('Cache-Control', 'private, no-store');
      return c.json<StandingOrders>(await collections.orders(c.get('viewer'), standing.data));
    })
    .get('/payments/:id', async (c) => {
      const id = Id.safeParse(c.req.param('id'));
      if (!id.success) throw new AppError('PAYMENT_NOT_FOUND');
      c.header('Cache-Control', 'private, no-store');
      return c.json<CollectedPayment>(await collections.payment(c.get('viewer'), id.data));
    });
}

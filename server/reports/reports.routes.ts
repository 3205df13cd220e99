import { Readable } from 'node:stream';
import { Hono, type MiddlewareHandler } from 'hono';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';
import { ReportFilter, type ReportFormat, type ReportLink, type ReportPage } from '#shared/contracts/reports.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import type { LimitRule, RateLimit } from '../http/rate-limits.ts';
import { requireAction } from '../http/require-action.ts';
import type { ReportLinks } from './report-links.ts';
import type { ReportsService } from './reports.service.ts';

/** Links that one person is given. */
export const LINK_LIMIT: LimitRule = { points: 120, seconds: 3600 };

const TYPES: Readonly<Record<ReportFormat, string>> = {
  pdf: 'application/pdf',
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};
const NAMES = { day: 'journalier', month: 'mensuel', year: 'annuel' } as const;

export interface ReportRoutesDeps {
  reports: ReportsService;
  links: ReportLinks;
  store: ObjectStore;
  linkLimit: RateLimit;
  requireSession: MiddlewareHandler<HttpEnvironment>;
}

/** The list of reports and their files, to be mounted under `/api/reports`. */
export function createReportRoutes({
  reports,
  links,
  store,
  linkLimit,
  requireSession,
}: ReportRoutesDeps): Hono<HttpEnvironment> {
  return new Hono<HttpEnvironment>()
    .use(requireSession, requireAction('report.read'))
    .get('/', async (c) => {
      const filter = ReportFilter.safeParse(c.req.query());
      if (!filter.success) throw new AppError('INVALID_INPUT', { fields: filter.error.issues.map(({ path }) => path.join('.')) });
      c.header('Cache-Control', 'private, no-store');
      return c.json<ReportPage>(await reports.list(filter.data));
    })
    .post('/:id/link', async (c) => {
      const id = Id.safeParse(c.req.param('id'));
      if (!id.success) throw new AppError('REPORT_NOT_FOUND');
      const viewer = c.get('viewer');
      await linkLimit.consume(viewer.userId);
      const row = await reports.fetchable(id.data);
      await reports.noteLink(viewer, row);
      const { token, expiresAt } = links.make(row.id, viewer.userId);
      c.header('Cache-Control', 'private, no-store');
      return c.json<ReportLink>({ href: `/api/reports/files/${token}`, expiresAt: expiresAt.toISOString() });
    })
    .get('/files/:token', async (c) => {
      const row = await reports.fetchable(links.open(c.req.param('token'), c.get('viewer').userId));
      const stored = await store.get(row.objectKey);
      // Deleted between the two: its time was over.
      if (!stored) throw new AppError('REPORT_GONE');
      const what = row.content === 'summary' ? 'rapport' : 'mouvements';
      const where = row.scope === 'national' ? 'national' : slug(row.scopeName);
      c.header('Content-Type', TYPES[row.format]);
      c.header(
        'Content-Disposition',
        `attachment; filename="${what}-${NAMES[row.period]}-${row.firstDay}-${where}.${row.format}"`,
      );
      c.header('Cache-Control', 'private, no-store');
      if (row.bytes !== null) c.header('Content-Length', String(row.bytes));
      return c.body(Readable.toWeb(stored.body) as ReadableStream);
    });
}

const slug = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40) || 'centre';

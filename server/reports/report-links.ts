import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';

/** A link to a file opens it for so long, milliseconds. */
export const LINK_MS = 5 * 60_000;

/** Addresses of files that end: signed, of one report for one person. Nothing of them is kept. */
export interface ReportLinks {
  make(reportId: string, userId: string): { token: string; expiresAt: Date };
  /** The report that a token opens to this person. @throws AppError REPORT_LINK_EXPIRED, REPORT_NOT_FOUND (forged, or somebody else's) */
  open(token: string, userId: string): string;
}

const FORM = /^([0-9a-f-]{36})\.([0-9a-z]{1,10})\.([A-Za-z0-9_-]{43})$/;

export function createReportLinks({ key, clock }: { key: Buffer; clock: () => Date }): ReportLinks {
  const sign = (reportId: string, userId: string, until: string): Buffer =>
    createHmac('sha256', key).update(`report ${reportId} ${userId} ${until}`).digest();
  return {
    make(reportId, userId) {
      const expiresAt = new Date(Math.ceil((clock().getTime() + LINK_MS) / 1000) * 1000);
      const until = (expiresAt.getTime() / 1000).toString(36);
      return { token: `${reportId}.${until}.${sign(reportId, userId, until).toString('base64url')}`, expiresAt };
    },
    open(token, userId) {
      const [, reportId, until, signature] = FORM.exec(token) ?? [];
      if (!reportId || !until || !signature || !Id.safeParse(reportId).success) throw new AppError('REPORT_NOT_FOUND');
      const given = Buffer.from(signature, 'base64url');
      const right = sign(reportId, userId, until);
      if (given.length !== right.length || !timingSafeEqual(given, right)) throw new AppError('REPORT_NOT_FOUND');
      if (Number.parseInt(until, 36) * 1000 <= clock().getTime()) throw new AppError('REPORT_LINK_EXPIRED');
      return reportId;
    },
  };
}

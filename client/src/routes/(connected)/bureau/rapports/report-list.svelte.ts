import type { AppError } from '#shared/contracts/errors.ts';
import type { Period } from '#shared/contracts/dashboards.ts';
import type { ReportOrigin, ReportPage, ReportView } from '#shared/contracts/reports.ts';
import { queryOf, request, toAppError } from '$lib/api.ts';

/** The list of reports as far as it is shown: read anew at each change, one reading at a time. */
export interface ReportListState {
  readonly page: ReportPage | null;
  readonly error: AppError | null;
  origin: ReportOrigin | '';
  period: Period | '';
  read(): void;
  /** Reads the page behind those that are shown. */
  more(): Promise<void>;
}

export function createReportList(): ReportListState {
  let page = $state.raw<ReportPage | null>(null);
  let error = $state.raw<AppError | null>(null);
  let origin = $state<ReportOrigin | ''>('');
  let period = $state<Period | ''>('');
  let reading = false;
  let again = false;
  /** Pages behind the first are kept as they were read. */
  let behind: ReportView[] = [];

  const query = (before?: string): string => queryOf({ origin, period, before });

  async function readFirst(): Promise<void> {
    const asked = query();
    try {
      const fresh = await request<ReportPage>('GET', `/api/reports?${asked}`);
      if (asked !== query()) return;
      const older = behind.filter(({ id }) => !fresh.reports.some((one) => one.id === id));
      page = older.length > 0 ? { ...fresh, reports: [...fresh.reports, ...older], next: page?.next ?? null } : fresh;
      error = null;
    } catch (thrown) {
      error = toAppError(thrown);
    }
  }
  function read(): void {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    void readFirst().finally(() => {
      reading = false;
      if (again) {
        again = false;
        read();
      }
    });
  }
  function changed(): void {
    behind = [];
    read();
  }
  return {
    get page() {
      return page;
    },
    get error() {
      return error;
    },
    get origin() {
      return origin;
    },
    set origin(value) {
      origin = value;
      changed();
    },
    get period() {
      return period;
    },
    set period(value) {
      period = value;
      changed();
    },
    read,
    async more() {
      if (!page?.next) return;
      try {
        const next = await request<ReportPage>('GET', `/api/reports?${query(page.next)}`);
        behind = [...behind, ...next.reports];
        page = { ...next, reports: [...page.reports, ...next.reports] };
      } catch (thrown) {
        error = toAppError(thrown);
      }
    },
  };
}

import { tick } from 'svelte';
import { AppError } from '#shared/contracts/errors.ts';
import { ReceiptView } from '#shared/contracts/receipts.ts';
import type { Taking } from '#shared/contracts/tills.ts';
import { request, toAppError } from '$lib/api.ts';
import { qrPath } from '$lib/verify/qr-path.ts';
import { keepPaper, keptPaper, type Paper } from './print.ts';

/** Receipts as they go on paper: each with its code as a drawing. */
export interface Sheets {
  pages: readonly { receipt: ReceiptView; code: { path: string; size: number } }[];
  cash: { given: number; change: number } | null;
}

/** What is at the printer: the sheets to be drawn, and what went wrong. */
export interface Printing {
  paper: Paper;
  readonly busy: boolean;
  readonly error: AppError | null;
  readonly sheets: Sheets | null;
  /** Fetches the receipts of a taking and opens the browser's print window. */
  print(taking: Taking): Promise<void>;
}

export function createPrinting(): Printing {
  let paper = $state<Paper>(keptPaper());
  let busy = $state(false);
  let error = $state.raw<AppError | null>(null);
  let sheets = $state.raw<Printing['sheets']>(null);
  return {
    get paper() {
      return paper;
    },
    set paper(next) {
      paper = next;
      keepPaper(next);
    },
    get busy() {
      return busy;
    },
    get error() {
      return error;
    },
    get sheets() {
      return sheets;
    },
    async print({ items, given, change }) {
      if (busy) return;
      [busy, error] = [true, null];
      try {
        const good = items.filter(({ receipt }) => receipt.revokedAt === null);
        const receipts = await Promise.all(
          good.map(async ({ receipt }) => ReceiptView.parse(await request('GET', `/api/receipts/${receipt.reference}`))),
        );
        if (receipts.length === 0) throw new AppError('RECEIPT_NOT_FOUND');
        // Drawn before the window opens: what it shows is what is printed.
        const pages = await Promise.all(receipts.map(async (receipt) => ({ receipt, code: await qrPath(receipt.qr) })));
        sheets = { pages, cash: pages.length === 1 ? { given, change } : null };
        await tick();
        print();
      } catch (cause) {
        error = toAppError(cause);
      } finally {
        busy = false;
      }
    },
  };
}

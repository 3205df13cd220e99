import type { DocumentView, PageSide } from '#shared/contracts/documents.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { dataOf, errorOf } from '../api.ts';

export interface Upload {
  blob: Blob;
  side: PageSide;
  /** The same for every try of one photograph: a try whose answer was lost is not a second photograph. */
  clientId: string;
  /** Adds a page to this document; without it, a new document is made. */
  documentId: string | null;
  /** Share of the body that has left, 0..1. */
  onShare: (share: number) => void;
  /** A try failed for want of a network; the next is number `attempt`. */
  onRetry: (attempt: number) => void;
  signal: AbortSignal;
}

const RETRY_AFTER_MS = [1_500, 4_000, 10_000];
/** A connection on which nothing moves for so long is given up. */
const SILENCE_MS = 30_000;

/** Sends a photograph; tries again by itself when the network fails, with the same `clientId`. Throws AppError. */
export async function uploadPhotograph(upload: Upload): Promise<DocumentView> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sendOnce(upload);
    } catch (error) {
      const pause = RETRY_AFTER_MS[attempt - 1];
      if (!(error instanceof AppError) || error.code !== 'UNAVAILABLE' || pause === undefined || upload.signal.aborted)
        throw error;
      upload.onRetry(attempt + 1);
      await wait(pause, upload.signal);
    }
  }
}

function sendOnce({ blob, side, clientId, documentId, onShare, signal }: Upload): Promise<DocumentView> {
  const address = documentId ? `/api/documents/${documentId}/pages` : '/api/documents';
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let silence: ReturnType<typeof setTimeout>;
    const heard = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), SILENCE_MS);
    };
    const stop = (): void => request.abort();
    request.upload.onprogress = (event) => {
      heard();
      if (event.lengthComputable) onShare(event.loaded / event.total);
    };
    request.onload = () => {
      try {
        if (request.status < 200 || request.status >= 300) throw errorOf(request.status, request.responseText);
        resolve(dataOf<DocumentView>(request.responseText));
      } catch (error) {
        reject(error as AppError);
      }
    };
    request.onerror = request.onabort = () => reject(new AppError('UNAVAILABLE'));
    request.onloadend = () => {
      clearTimeout(silence);
      signal.removeEventListener('abort', stop);
    };
    signal.addEventListener('abort', stop);
    request.open('POST', `${address}?${new URLSearchParams({ clientId, side })}`);
    // The server looks at the content; this only keeps intermediaries from guessing.
    request.setRequestHeader('content-type', blob.type || 'application/octet-stream');
    onShare(0);
    heard();
    request.send(blob);
  });
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new AppError('UNAVAILABLE'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

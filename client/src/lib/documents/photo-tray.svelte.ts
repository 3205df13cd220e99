import type { DocumentView, PageSide } from '#shared/contracts/documents.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { toAppError } from '../api.ts';
import { newClientId } from './client-id.ts';
import { preparePhotograph, type Prepared } from './shrink.ts';
import { uploadPhotograph } from './upload.ts';

export const MAX_PHOTOGRAPHS = 2;

/** One photograph on its way, from its choice to the server's answer. */
export class ChosenPhotograph {
  /** Kept for all tries of this photograph. */
  readonly clientId = newClientId();
  readonly previewUrl: string;
  side: PageSide = $state('recto');
  status: 'preparing' | 'ready' | 'sending' | 'sent' | 'refused' = $state('preparing');
  prepared: Prepared | null = $state.raw(null);
  share = $state(0);
  attempt = $state(1);
  error: AppError | null = $state.raw(null);
  readonly #preparing: Promise<void>;

  constructor(file: File, side: PageSide) {
    this.previewUrl = URL.createObjectURL(file);
    this.side = side;
    this.#preparing = preparePhotograph(file).then(
      (prepared) => {
        this.prepared = prepared;
        this.status = 'ready';
      },
      (error: unknown) => {
        this.error = toAppError(error);
        this.status = 'refused';
      },
    );
  }

  /** Resolves when it can be sent. Throws AppError when it never can. */
  async prepare(): Promise<void> {
    await this.#preparing;
    if (!this.prepared) throw this.error ?? new AppError('FILE_UNREADABLE');
  }

  async send(documentId: string | null, signal: AbortSignal): Promise<DocumentView> {
    if (!this.prepared) throw this.error ?? new AppError('FILE_UNREADABLE');
    this.status = 'sending';
    this.error = null;
    this.attempt = 1;
    try {
      const view = await uploadPhotograph({
        blob: this.prepared.blob,
        side: this.side,
        clientId: this.clientId,
        documentId,
        onShare: (share) => (this.share = share),
        onRetry: (attempt) => (this.attempt = attempt),
        signal,
      });
      this.status = 'sent';
      return view;
    } catch (thrown) {
      this.error = toAppError(thrown);
      this.status = this.error.code === 'UNAVAILABLE' || this.error.code === 'RATE_LIMITED' ? 'ready' : 'refused';
      throw this.error;
    }
  }
}

/** The photographs chosen for one carte grise: at most two, one a side. */
export class PhotoTray {
  photographs: ChosenPhotograph[] = $state([]);
  sending = $state(false);
  #stop = new AbortController();

  /** Takes what was chosen; answers how many were left out. */
  add(files: readonly File[]): number {
    const room = MAX_PHOTOGRAPHS - this.photographs.length;
    for (const file of files.slice(0, room)) this.photographs.push(new ChosenPhotograph(file, this.#freeSide()));
    return Math.max(0, files.length - room);
  }

  remove(photograph: ChosenPhotograph): void {
    URL.revokeObjectURL(photograph.previewUrl);
    this.photographs = this.photographs.filter((one) => one !== photograph);
  }

  /** Says which side a photograph shows; the other one then shows the other side. */
  setSide(photograph: ChosenPhotograph, side: PageSide): void {
    for (const one of this.photographs) {
      if (one !== photograph && one.side === side) one.side = photograph.side;
    }
    photograph.side = side;
  }

  get ready(): boolean {
    return this.photographs.length > 0 && this.photographs.every((one) => one.status === 'ready' || one.status === 'sent');
  }

  /** Sends what has not been sent, recto first, to one document. Throws AppError. */
  async send(): Promise<DocumentView | null> {
    this.sending = true;
    this.#stop = new AbortController();
    let view = this.#sentTo;
    try {
      const order = [...this.photographs].sort((a, b) => a.side.localeCompare(b.side));
      for (const photograph of order) {
        if (photograph.status !== 'sent') view = await photograph.send(view?.id ?? null, this.#stop.signal);
        this.#sentTo = view;
      }
      return view;
    } finally {
      this.sending = false;
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  close(): void {
    this.#stop.abort();
    for (const one of this.photographs) URL.revokeObjectURL(one.previewUrl);
  }

  /** The document that a first photograph made, when sending the second failed. */
  #sentTo: DocumentView | null = null;
  #freeSide(): PageSide {
    return this.photographs.some((one) => one.side === 'recto') ? 'verso' : 'recto';
  }
}

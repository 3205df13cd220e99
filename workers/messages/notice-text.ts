import type { AlarmNotice } from '#shared/contracts/alarms.ts';
import type { NoticeKind, NoticeParams } from '#shared/contracts/notices.ts';

/** How dates, amounts and plates are written in a person's language. */
export interface TextFormats {
  money(amount: number): string;
  /** A civil date. */
  date(day: string): string;
  /** A day and a time on the country's clocks. */
  moment(instant: string): string;
  /** As its country writes it. */
  plate(vehicle: { plate: string; country: string }): string;
  /** What is measured and of what, with its figures and units. */
  alarm(alarm: AlarmNotice): { title: string; what: string; value: string; threshold: string };
  /** At most a few plates, the rest counted. */
  plates(vehicles: readonly { plate: string; country: string }[], count?: number): string;
}

/** What an e-mail and an SMS say of a notice. The page that it is about is added to both. */
export interface NoticeText {
  subject: string;
  paragraphs: readonly string[];
  /** On the button of the e-mail. */
  action: string;
  /** Brought to the letters of GSM 03.38 before it is sent; its link follows. */
  sms: string;
}

/** The texts of one language. A missing kind does not compile. */
export type NoticeTexts = { readonly [K in NoticeKind]: (params: NoticeParams<K>, f: TextFormats) => NoticeText };

/** What a person reads. `sms` keeps to the letters of GSM 03.38 and to one part of 160 where it can. */
export interface MessageText {
  subject: string;
  /** Paragraphs of the e-mail. A paragraph that is `code` alone is shown large. */
  paragraphs: readonly string[];
  sms: string;
  /** The page that it is about, as a button of the e-mail. */
  action?: { label: string; url: string };
  /** Under a rule at the end of the e-mail. */
  footer?: { text: string | null; links: readonly { label: string; url: string }[] };
  /** Where a mail program unsubscribes by itself (RFC 8058); null for what must come. */
  unsubscribe?: string | null;
}

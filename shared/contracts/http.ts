import { z } from 'zod';
import { Locale } from './identity.ts';

/**
 * The HTTP API, beside the socket. Every answer is JSON: the data itself, or `{ error: ErrorBody }` with the status of its code.
 * A request that changes something must come from the platform's own origin (`Origin` is checked exactly) and carry the session cookie.
 *
 *   POST   /api/auth/sign-up            SignUpStart     → 202 {}            a code is sent
 *   POST   /api/auth/sign-up/complete   SignUpComplete  → 201 Me            sets the cookie
 *   POST   /api/auth/sign-in            SignIn          → 200 Me            sets the cookie
 *   POST   /api/auth/sign-out           –               → 204               ends this session
 *   POST   /api/auth/second-factor      GiveSecondFactor → 204             staff: the second step, at sign-in and before what moves money
 *   POST   /api/auth/second-factor/begin   –            → 200 Enrolment    staff: a device is set up
 *   POST   /api/auth/second-factor/confirm GiveSecondFactor → 200 BackupCodes
 *   POST   /api/auth/second-factor/codes   –            → 200 BackupCodes  new ones; STEP_UP_REQUIRED
 *   GET    /api/auth/second-factor      –               → 200 SecondFactorView
 *   GET    /api/auth/clock              –               → 200 SessionClock  staff: how long is left; no use of the session
 *   POST   /api/auth/stay               –               → 200 SessionClock  a use
 *   GET    /api/auth/sessions           –               → 200 SessionView[]
 *   DELETE /api/auth/sessions/:id       –               → 204               ends another session
 *   POST   /api/auth/password           {current, next} → 204               ends all the other sessions
 *   POST   /api/auth/recovery          RecoveryStart   → 202 RecoveryTicket  a code is sent
 *   POST   /api/auth/recovery/complete RecoveryComplete → 204              ends all sessions
 *   POST   /api/auth/contact           ContactStart    → 202 {}            a code is sent to the new address
 *   POST   /api/auth/contact/complete  ContactComplete → 200 Me
 *   GET    /api/account/closing        –               → 200 ClosingView
 *   POST   /api/account/close          CloseAccount    → 204               erases, ends all sessions
 *   POST   /api/account/export         StartExport     → 202 ExportView    how it goes on: topic account-export:<user>
 *   GET    /api/account/export/:id/zip –               → the ZIP, for its person alone, for a day; EXPORT_NOT_READY
 *   GET    /api/me                      –               → 200 Me | 401 | 403 SECOND_FACTOR_REQUIRED
 *   GET    /api/config                  –               → 200 PublicConfig
 *   GET    /api/grid                    –               → 200 GridInForce   public; the price grid, to compute prices in the page
 *   GET    /api/plates/:plate           –               → 200 PlateLookup   public, 50 an hour an address; PLATE_INVALID, or
 *                                                         NOT_FOUND with the plate (and its country when it is another)
 *   POST   /api/documents?clientId&side           body: the photograph → 201 DocumentView (200 when sent before)
 *   POST   /api/documents/:id/pages?clientId&side body: the photograph → 201 DocumentView (200 when sent before)
 *   GET    /api/documents/:id/pages/:side/image?size=320x240|…|original → the photograph, for those who may see the document
 *   GET    /api/payments                –               → 200 PaymentHistory
 *   GET    /api/payments/providers      –               → 200 ProviderList, without an account
 *   GET    /api/payments/channels       –               → 200 ChannelsView, without an account
 *   GET    /api/payments/:id            –               → 200 PaymentView, for who ordered it
 *   POST   /api/walls                   SetUpWall       → 201 WallPass     the browser becomes a screen on a wall
 *   GET    /api/collections?<CollectionFilter>&before → 200 CollectionPage, the staff's: movements of money under a figure
 *   GET    /api/collections/export?<CollectionFilter>&format&locale → the file, CSV or XLSX
 *   GET    /api/collections/hours?<HoursFilter>         → 200 CollectionHours
 *   GET    /api/collections/orders?standing             → 200 StandingOrders
 *   GET    /api/collections/payments/:id –              → 200 CollectedPayment
 *   GET    /api/receipts/:reference     –               → 200 ReceiptView, for who paid
 *   GET    /api/receipts/:reference/pdf –               → the PDF; 503 RECEIPT_NOT_READY for about a second after the posting
 *   GET    /api/verify/keys             –               → 200 VerificationKeys, for everybody
 *   GET    /api/notices?before=<id>      –               → 200 NoticePage, the older ones
 *   GET    /api/notices/preferences     –               → 200 NoticePreferencesView
 *   POST   /api/notices/preferences     NoticePreferences → 200 NoticePreferencesView
 *   GET    /api/unsubscribe/:token      –               → 200 Unsubscription; who asks for a page is sent to one
 *   POST   /api/unsubscribe/:token      –               → 200 Unsubscription, without an account (RFC 8058); 400 LINK_INVALID
 *   GET    /api/verify/revocations      –               → 200 SignedText, 304; the newest list of revoked receipts, for everybody
 *   GET    /api/verify/receipts/:reference –            → 200 RegisterAnswer | 404; public, 600 an hour an address
 *   POST, PUT /api/webhooks/:provider/:payment/:token  body: whatever the provider sends → 204 | 401
 *   POST   /api/webhooks/stripe         body: an event, signed in Stripe-Signature → 204 | 401
 */
export const PublicConfig = z.object({
  /** ISO 3166-1 of the country that runs the platform. */
  country: z.string().length(2),
  currency: z.string().length(3),
  timeZone: z.string(),
  locales: z.array(Locale),
  /** Demo stack only: where the messages sent by e-mail and SMS can be read, and the samples offered. */
  demo: z.object({ catcherUrl: z.string().nullable() }).nullable(),
});
export type PublicConfig = z.infer<typeof PublicConfig>;

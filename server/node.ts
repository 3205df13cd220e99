import { sql } from 'drizzle-orm';
import { connectRaw, type Database } from '#db/connect.ts';
import { readExpiries } from '#db/second-factor.repository.ts';
import { COUNTRIES, type CountryCode } from '#shared/domain/countries/countries.ts';
import { deriveKey } from '#shared/node/keys.ts';
import { createBusPublisher, subscribeBus } from '#shared/node/live-bus.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { Metrics } from '#shared/node/metrics.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import { OUTBOX_CHANNEL, createOutboxNotifier } from '#shared/node/outbox-notifier.ts';
import type { RedisConnection } from '#shared/node/redis.ts';
import type { ServerConfig } from './config.ts';
import { createAlarmHandlers } from './alarms/alarms.handlers.ts';
import { createAlarmRoutes } from './alarms/alarms.routes.ts';
import { createAlarmsService } from './alarms/alarms.service.ts';
import { alarmsTopic } from './alarms/alarms.topic.ts';
import { createAnomalyHandlers } from './anomalies/anomalies.handlers.ts';
import { SCANS_LIMIT, createAnomalyRoutes, createScanRoutes } from './anomalies/anomalies.routes.ts';
import { createAnomaliesService } from './anomalies/anomalies.service.ts';
import { anomaliesTopic } from './anomalies/anomalies.topic.ts';
import { createClosingService } from './account/closing.service.ts';
import { createExportsService } from './account/exports.service.ts';
import { exportTopic } from './account/exports.topic.ts';
import { EXPORT_LIMIT, createAccountRoutes } from './account/account.routes.ts';
import { createCollectionsService } from './collections/collections.service.ts';
import { COLLECTION_EXPORT_LIMIT, createCollectionRoutes } from './collections/collections.routes.ts';
import { createDashboards } from './dashboard/dashboards.service.ts';
import { createDashboardTopic } from './dashboard/dashboard.topic.ts';
import { createWallPasses } from './dashboard/wall-passes.ts';
import { createWallRoutes } from './dashboard/walls.routes.ts';
import { readPresence, sayPresence } from './dashboard/presence.service.ts';
import { createDocumentHandlers } from './documents/documents.handlers.ts';
import { UPLOAD_LIMIT, createDocumentRoutes } from './documents/documents.routes.ts';
import { createDocumentsService } from './documents/documents.service.ts';
import { createDocumentTopics } from './documents/documents.topic.ts';
import { createProgressStore } from './documents/progress.service.ts';
import { createHttpApp } from './http/create-http-app.ts';
import { MACHINES_PATH, requireSession, UNSUBSCRIBE_PATH } from './http/guards.ts';
import { startHttpServer } from './http/http-server.ts';
import { createRateLimits } from './http/rate-limits.ts';
import type { StaticFiles } from './http/static-files.ts';
import { createIdentity } from './identity/identity.ts';
import { createLiveHandlers } from './live/live.handlers.ts';
import { createLiveService, topicRegistry } from './live/live.service.ts';
import { createProgressStore as createProgress } from './live/progress.service.ts';
import { createNoticeHandlers } from './notices/notices.handlers.ts';
import { createNoticeRoutes, createUnsubscribeRoutes } from './notices/notices.routes.ts';
import { createNoticesService } from './notices/notices.service.ts';
import { notificationsTopic } from './notices/notices.topic.ts';
import { createLeasesService } from './reviews/leases.service.ts';
import { createReviewHandlers } from './reviews/reviews.handlers.ts';
import { createReviewRoutes } from './reviews/reviews.routes.ts';
import { createReviewsService } from './reviews/reviews.service.ts';
import { reviewsTopic } from './reviews/reviews.topic.ts';
import { createSocketEngine } from './sockets/engine.ts';
import { createSocketServer } from './sockets/socket-server.ts';
import { START_LIMIT, createPaymentHandlers } from './payments/payments.handlers.ts';
import { createPaymentRoutes } from './payments/payments.routes.ts';
import { createPaymentsService } from './payments/payments.service.ts';
import { channelsTopic } from './payments/channels.topic.ts';
import { createChannelRoutes } from './payments/channels.routes.ts';
import { readChannelsView } from './payments/channels.service.ts';
import { paymentTopic } from './payments/payments.topic.ts';
import { createReceiptRoutes } from './payments/receipts.routes.ts';
import { createProviders } from './payments/providers/providers.service.ts';
import { REGISTER_LIMIT, createVerificationRoutes } from './payments/verification.routes.ts';
import { createWebhookRoutes } from './payments/webhooks.routes.ts';
import { createHandPaymentsService } from './payments/refunds/hand-payments.service.ts';
import { FIND_LIMIT, createRefundHandlers } from './payments/refunds/refunds.handlers.ts';
import { createReconciliationHandlers } from './payments/reconciliation/reconciliation.handlers.ts';
import { STATEMENT_LIMIT, createReconciliationRoutes } from './payments/reconciliation/reconciliation.routes.ts';
import { reconciliationsTopic } from './payments/reconciliation/reconciliation.topic.ts';
import { createSettlingService } from './payments/reconciliation/settling.service.ts';
import { createStatementImport } from './payments/reconciliation/statement-import.service.ts';
import { createRefundsService } from './payments/refunds/refunds.service.ts';
import { refundsTopic } from './payments/refunds/refunds.topic.ts';
import { createGridSource } from './tax/grid-source.service.ts';
import { createPlateCache } from './tax/plate-cache.service.ts';
import { LOOKUP_LIMIT, createTaxRoutes } from './tax/tax.routes.ts';
import { createTaxService } from './tax/tax.service.ts';
import { BOOK_LIMIT, CODE_LIMIT, createAppointmentRoutes } from './appointments/appointments.routes.ts';
import { createAppointmentsService } from './appointments/appointments.service.ts';
import { createCheckInService } from './appointments/check-in.service.ts';
import { createCountersService } from './tickets/counters.service.ts';
import { createOfficeHandlers } from './tickets/office.handlers.ts';
import { createOfficeSettingsService } from './tickets/office.service.ts';
import { createPasses } from './tickets/passes.ts';
import { createTicketHandlers } from './tickets/tickets.handlers.ts';
import { KIOSK_LIMIT, TAKE_LIMIT, createTicketRoutes } from './tickets/tickets.routes.ts';
import { createTicketsService } from './tickets/tickets.service.ts';
import { createTicketTopics } from './tickets/tickets.topic.ts';
import { CODE_TRY_LIMIT, TRANSFER_LIMIT, createTransferHandlers } from './transfers/transfers.handlers.ts';
import { createCashService } from './tills/cash.service.ts';
import { QUOTE_LIMIT, createTillHandlers } from './tills/tills.handlers.ts';
import { createTillRoutes } from './tills/tills.routes.ts';
import { createReportLinks } from './reports/report-links.ts';
import { REPORT_LIMIT, createReportHandlers } from './reports/reports.handlers.ts';
import { LINK_LIMIT, createReportRoutes } from './reports/reports.routes.ts';
import { createReportsService } from './reports/reports.service.ts';
import { createReportTopics } from './reports/reports.topic.ts';
import { createTillsService } from './tills/tills.service.ts';
import { createTillTopics } from './tills/tills.topic.ts';
import { createTransfersService } from './transfers/transfers.service.ts';
import { transferTopic } from './transfers/transfers.topic.ts';
import { SEARCH_LIMIT, createRegisterHandlers } from './register/register.handlers.ts';
import { createClaimsService } from './register/claims.service.ts';
import { createVehicleFileRoutes } from './register/vehicle-file.routes.ts';
import { createVehicleFileTopic } from './register/vehicle-file.topic.ts';
import { createSearchTally } from './register/search-tally.ts';
import { createSearchService } from './register/search.service.ts';
import { createVehicleHandlers } from './vehicles/vehicles.handlers.ts';
import { createVehiclesService } from './vehicles/vehicles.service.ts';
import { garageTopic } from './vehicles/vehicles.topic.ts';

/** Topics that one socket may watch at once. */
const MAX_TOPICS = 50;
/** How long the database may be away before this node's sockets are cut: longer than it takes to start again. Milliseconds. */
const PATIENCE_MS = 15_000;
/** How long requests may run that are still under way when the last socket has gone. */
const LAST_REQUESTS_MS = 3_000;

export interface NodeDeps {
  config: ServerConfig;
  database: Database;
  /** `queues` and `cache` fail fast; `bus` and `adapter` are subscribers' own connections. */
  redis: { queues: RedisConnection; cache: RedisConnection; bus: RedisConnection; adapter: RedisConnection };
  store: ObjectStore;
  files: StaticFiles | null;
  logger: Logger;
  metrics: Metrics;
  /** Milliseconds between two checks of all sessions of the sockets; a minute when absent. */
  recheckMs?: number;
}

export interface Node {
  httpPort: number;
  socketPort: number;
  /** What HTTP answers to under `/api`, `GET /api/me` say: for the test that asks all of it. */
  routes: readonly string[];
  /** Not ready any more; clients and requests under way are let go, then everything closes. */
  stop(): Promise<void>;
}

/** One server node: its HTTP side and its sockets, from its dependencies. */
export async function startNode(deps: NodeDeps): Promise<Node> {
  const { config, redis, logger, metrics, store } = deps;
  const { db } = deps.database;
  const prefix = config.REDIS_PREFIX;
  const country = COUNTRIES[config.COUNTRY.toUpperCase() as CountryCode];
  const clock = (): Date => new Date();
  let draining = false;
  // A connection of its own: a pool that is merely busy must not look like a database that is away, for which the balancer cuts all sockets.
  const probe = connectRaw({ url: config.DATABASE_URL, max: 1, applicationName: `${config.NODE_NAME}-probe` });

  const notifier = createOutboxNotifier({ notify: () => db.execute(sql`select pg_notify(${OUTBOX_CHANNEL}, '')`), logger });
  const limits = createRateLimits({ redis: redis.queues, prefix, key: deriveKey(config.AUTH_SECRET, 'limit-keys') });
  const identity = await createIdentity({
    db,
    redis,
    prefix,
    publicOrigin: config.PUBLIC_ORIGIN,
    authSecret: config.AUTH_SECRET,
    country,
    limits,
    notifier,
    logger,
  });
  const progressDeps = { redis: redis.cache, bus: createBusPublisher(redis.queues, prefix), prefix, clock, logger };
  const progress = createProgressStore(progressDeps);
  const vehicles = createVehiclesService({ db, notifier, clock });
  const plates = createPlateCache({ redis: redis.cache, prefix, logger });
  const documents = createDocumentsService({
    db,
    notifier,
    vehicles,
    clock,
    country: country.code,
    timeZone: country.timeZone,
    onRegistered: plates.forget,
  });
  const registerDeps = { db, notifier, clock, country: country.code, timeZone: country.timeZone };
  const leases = createLeasesService(registerDeps);
  const review = createReviewHandlers({
    reviews: createReviewsService({ ...registerDeps, onRegistered: plates.forget }),
    ...{ leases, logger },
  });
  const cached = metrics.counter('cache_requests_total', 'What caches were asked, by what they had', ['cache', 'outcome']);
  const tax = createTaxService({
    db,
    country,
    clock,
    grids: createGridSource({ db, country, clock }),
    plates,
    onLookup: (outcome) => cached.inc({ cache: 'plates', outcome }),
  });
  const providers = createProviders({ config, country, clock });
  const payments = createPaymentsService({ db, notifier, clock, country, providers, logger });
  const notices = createNoticesService({ db, notifier, clock, unsubscribeKey: deriveKey(config.AUTH_SECRET, 'unsubscribe') });
  const office = { db, notifier, clock, timeZone: country.timeZone };
  const tickets = createTicketsService(office);
  const passes = createPasses(config.AUTH_SECRET);
  const walls = createWallPasses(config.AUTH_SECRET);
  const tills = createTillsService({ db, notifier, clock, country });
  const transfers = createTransfersService({ db, notifier, clock, key: deriveKey(config.AUTH_SECRET, 'transfer-code') });
  const { checkOwnPassword, onSessionsEnded } = identity;
  const closing = createClosingService({ db, clock, checkOwnPassword, transfers, onSessionsEnded });
  const exports = createExportsService({ db, notifier, clock });
  const reports = createReportsService({ db, notifier, clock, country });
  const alarms = createAlarmsService({ db, notifier, clock, timeZone: country.timeZone });
  const anomalies = createAnomaliesService({ db, notifier, clock });
  const dashboards = createDashboards({ db, country, clock, presence: () => readPresence(redis.queues, prefix) });
  const live = createLiveService({
    db,
    registry: topicRegistry({
      ...createDocumentTopics({ progress }),
      ...createTicketTopics({ clock, timeZone: country.timeZone }),
      ...createTillTopics({ clock }),
      ...createReportTopics({ progress: createProgress('report', 'staff', progressDeps), currency: country.currency.code }),
      'vehicle-file': createVehicleFileTopic({ clock }),
      garage: garageTopic,
      transfer: transferTopic,
      'account-export': exportTopic,
      payment: paymentTopic,
      channels: channelsTopic,
      refunds: refundsTopic,
      reconciliations: reconciliationsTopic,
      alarms: alarmsTopic,
      anomalies: anomaliesTopic,
      dashboard: createDashboardTopic({ dashboards, clock, timeZone: country.timeZone, walls }),
      reviews: reviewsTopic,
      notifications: notificationsTopic,
    }),
    maxTopics: MAX_TOPICS,
    // The others are for what is short: sessions, numbers, commands.
    readsAtOnce: Math.max(1, config.DATABASE_POOL - 3),
    now: clock,
  });

  const engine = await createSocketEngine({ wanted: config.SOCKET_ENGINE, origins: [config.PUBLIC_ORIGIN], logger });
  const sockets = createSocketServer({
    engine,
    handlers: {
      ...createLiveHandlers(live, clock),
      ...createDocumentHandlers({ documents }),
      ...createPaymentHandlers({ payments, startLimit: limits.limit('payment-start', START_LIMIT) }),
      ...createTicketHandlers({ tickets, counters: createCountersService(office) }),
      ...createOfficeHandlers({ settings: createOfficeSettingsService(office) }),
      ...createRefundHandlers({
        refunds: createRefundsService({ db, notifier, clock }),
        handPayments: createHandPaymentsService({ db, notifier, clock }),
        findLimit: limits.limit('refund-find', FIND_LIMIT),
        stepUp: identity.stepUp,
      }),
      ...createTillHandlers({
        tills,
        cash: createCashService({ db, notifier, clock, country }),
        quoteLimit: limits.limit('cash-quote', QUOTE_LIMIT),
        stepUp: identity.stepUp,
      }),
      ...review.handlers,
      ...createReconciliationHandlers({ settling: createSettlingService({ db, notifier, clock }) }),
      ...createAlarmHandlers({ alarms }),
      ...createAnomalyHandlers({ anomalies }),
      ...createReportHandlers({ reports, requestLimit: limits.limit('report-request', REPORT_LIMIT) }),
      ...createVehicleHandlers({ vehicles }),
      ...createRegisterHandlers({
        search: createSearchService({ db, clock, timeZone: country.timeZone }),
        claims: createClaimsService({
          ...{ db, notifier, clock, country: country.code, timeZone: country.timeZone },
          onRegistered: plates.forget,
        }),
        tally: createSearchTally({ db, clock }),
        searchLimit: limits.limit('register-search', SEARCH_LIMIT),
      }),
      ...createTransferHandlers({
        transfers,
        codeLimit: limits.limit('transfer-code', CODE_TRY_LIMIT),
        startLimit: limits.limit('transfer-start', TRANSFER_LIMIT),
      }),
      ...createNoticeHandlers({ notices }),
    },
    authenticate: identity.authenticator.authenticate,
    onGone: review.onGone,
    addressSource: config.TRUSTED_PROXY ? 'forwarded' : 'connection',
    stillValid: identity.authenticator.stillValid,
    expiries: (ids) => readExpiries(db, ids),
    onUse: identity.use.note,
    adapter: { publisher: redis.queues, subscriber: redis.adapter, prefix },
    metrics,
    logger,
    ...(deps.recheckMs === undefined ? {} : { recheckMs: deps.recheckMs }),
  });
  const stopSaying = sayPresence({ redis: redis.queues, prefix, logger, read: sockets.presence });
  const bus = await subscribeBus({
    redis: redis.bus,
    prefix,
    logger,
    onMessage: sockets.deliver,
    onRestored: () => sockets.resync('bus_restored'),
  });

  const app = createHttpApp({
    logger,
    metrics,
    publicOrigin: config.PUBLIC_ORIGIN,
    addressSource: config.TRUSTED_PROXY ? 'forwarded' : 'connection',
    // A node without its bus or its store still shows what the database says: only the database makes it useless.
    probes: { database: () => probe`select 1` },
    patienceMs: PATIENCE_MS,
    isDraining: () => draining,
    publicConfig: {
      country: country.code,
      currency: country.currency.code,
      timeZone: country.timeZone,
      locales: [...country.locales],
      demo: config.DEMO_CATCHER_URL ? { catcherUrl: config.DEMO_CATCHER_URL } : null,
    },
    files: deps.files,
    routers: [
      { path: '/api', app: identity.routes },
      {
        path: '/api/account',
        app: createAccountRoutes({
          ...{ closing, exports, checkOwnPassword, store, cookie: identity.cookie },
          exportLimit: limits.limit('account-export', EXPORT_LIMIT),
          requireSession: requireSession(identity.authenticator, identity.use),
        }),
      },
      { path: '/api', app: createTaxRoutes({ tax, lookupLimit: limits.limit('plate-lookup', LOOKUP_LIMIT) }) },
      {
        path: '/api/receipts',
        app: createReceiptRoutes({ db, store, requireSession: requireSession(identity.authenticator, identity.use) }),
      },
      {
        path: '/api/tills',
        app: createTillRoutes({ tills, requireSession: requireSession(identity.authenticator, identity.use) }),
      },
      {
        path: '/api/walls',
        app: createWallRoutes({
          db,
          walls,
          clock,
          country,
          requireSession: requireSession(identity.authenticator, identity.use),
        }),
      },
      {
        path: '/api/collections',
        app: createCollectionRoutes({
          collections: createCollectionsService({ db, clock, country, logger }),
          exportLimit: limits.limit('collection-export', COLLECTION_EXPORT_LIMIT),
          requireSession: requireSession(identity.authenticator, identity.use),
        }),
      },
      {
        path: '/api/reports',
        app: createReportRoutes({
          ...{ reports, store, links: createReportLinks({ key: deriveKey(config.AUTH_SECRET, 'report-links'), clock }) },
          linkLimit: limits.limit('report-link', LINK_LIMIT),
          requireSession: requireSession(identity.authenticator, identity.use),
        }),
      },
      {
        path: '/api/reconciliations',
        app: createReconciliationRoutes({
          ...{ db, store, clock, statements: createStatementImport({ db, store, notifier, clock }) },
          statementLimit: limits.limit('statement', STATEMENT_LIMIT),
          requireSession: requireSession(identity.authenticator),
        }),
      },
      {
        path: '/api/alarms',
        app: createAlarmRoutes({ alarms, requireSession: requireSession(identity.authenticator, identity.use) }),
      },
      {
        path: '/api/anomalies',
        app: createAnomalyRoutes({ anomalies, requireSession: requireSession(identity.authenticator, identity.use) }),
      },
      {
        path: '/api/verify/scans',
        app: createScanRoutes({ anomalies, scansLimit: limits.limit('verify-scans', SCANS_LIMIT) }),
      },
      {
        path: '/api/verify',
        app: createVerificationRoutes({ db, clock, registerLimit: limits.limit('verify', REGISTER_LIMIT) }),
      },
      {
        path: '/api',
        app: createAppointmentRoutes({
          appointments: createAppointmentsService(office),
          checkIns: createCheckInService(office),
          ...{ passes, clock, timeZone: country.timeZone },
          requireSession: requireSession(identity.authenticator, identity.use),
          codeLimit: limits.limit('appointment-code', CODE_LIMIT),
          bookLimit: limits.limit('appointment-book', BOOK_LIMIT),
        }),
      },
      {
        path: '/api',
        app: createTicketRoutes({
          ...{ tickets, clock, timeZone: country.timeZone, authenticator: identity.authenticator },
          passes,
          takeLimit: limits.limit('ticket-take', TAKE_LIMIT),
          kioskLimit: limits.limit('ticket-kiosk', KIOSK_LIMIT),
        }),
      },
      {
        path: '/api/vehicle-files',
        app: createVehicleFileRoutes({ db, store, requireSession: requireSession(identity.authenticator) }),
      },
      { path: MACHINES_PATH, app: createWebhookRoutes({ payments }) },
      { path: UNSUBSCRIBE_PATH, app: createUnsubscribeRoutes({ notices }) },
      {
        path: '/api/notices',
        app: createNoticeRoutes({ notices, requireSession: requireSession(identity.authenticator, identity.use) }),
      },
      { path: '/api/payments/channels', app: createChannelRoutes({ read: () => readChannelsView(db), clock }) },
      {
        path: '/api/payments',
        app: createPaymentRoutes({ payments, requireSession: requireSession(identity.authenticator, identity.use) }),
      },
      {
        path: '/api/reviews',
        app: createReviewRoutes({ leases, store, requireSession: requireSession(identity.authenticator, identity.use) }),
      },
      {
        path: '/api/documents',
        app: createDocumentRoutes({
          documents,
          store,
          requireSession: requireSession(identity.authenticator, identity.use),
          uploadLimit: limits.limit('upload', UPLOAD_LIMIT),
        }),
      },
    ],
  });
  const http = await startHttpServer(app, { host: config.HTTP_HOST, port: config.HTTP_PORT });
  const socketPort = await engine.listen(config.HTTP_HOST, config.SOCKET_PORT);
  const busState = metrics.gauge('live_bus_connected', '1 while this node hears the live bus');
  Object.assign(busState, { collect: () => busState.set(bus.connected ? 1 : 0) });

  return {
    httpPort: http.port,
    socketPort,
    routes: [...new Set(app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`))],
    async stop() {
      draining = true;
      const graceMs = config.DRAIN_SECONDS * 1000;
      const end = Date.now() + graceMs;
      // The balancer hears of it from /readyz, which therefore answers until the last client has moved.
      await sockets.drain(graceMs);
      // An upload over a bad line may still be under way: it has what is left of the time, and a moment at least.
      await http.close(Math.max(LAST_REQUESTS_MS, end - Date.now()));
      await sockets.close();
      await stopSaying();
      await bus.close();
      await probe.end({ timeout: 1 });
    },
  };
}

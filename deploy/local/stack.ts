import path from 'node:path';
import { buildBundles, buildClient } from './build.ts';
import { migrate, seedDemo, type SignIn } from './demo-database.ts';
import { startBalancers, type RunningBalancers } from './haproxy.ts';
import type { Logs } from './logs.ts';
import { checkout, localDirectory } from './paths.ts';
import { choosePorts } from './ports.ts';
import type { ManagedProcess, ProcessDeath } from './processes.ts';
import { releaseNodes } from './release.ts';
import { openWorkspace, runServices, type Workspace } from './service-set.ts';
import { countryOf, type CountryCode } from '#shared/domain/countries/countries.ts';
import { copyStackTemplate } from './stack-template.ts';
import {
  catcherSpec,
  programSpec,
  sandboxSpec,
  SERVER_NODES,
  STACK_PORTS,
  USUAL_NODES,
  viteSpec,
  WORKER_NAMES,
  WORKER_ROLES,
  type Programs,
  type StackPort,
} from './stack-processes.ts';

/** The balancer's port, unless another program has it. */
const PREFERRED_PORTS = { balancer: 4870, catcher: 4871, sandbox: 4872 };

export interface StackOptions {
  /** Absolute; by default `.local` of this checkout. Two stacks need two directories. */
  directory?: string;
  /** What it names (`DATABASE_URL`, …, `SMTP_URL`, `SMS_URL`) is used instead of one's own. By default nothing. */
  environment?: NodeJS.ProcessEnv;
  /** Added to the environment of every server and worker process. */
  processEnvironment?: Record<string, string>;
  /** Sources that reload instead of bundles, Vite instead of built pages. */
  dev?: boolean;
  /** For tests: begins with nothing, whatever an earlier one left in the directory, and Postgres does not wait for the disk. */
  disposable?: boolean;
  /** Of a stack that is disposable: what it begins with (`makeStackTemplate`). */
  template?: string;
  /** Server nodes, four at most, and balancer processes: two of each unless said otherwise. */
  nodes?: number;
  balancers?: number;
  /** A file with certificate and key: the stack is then reached by https from the whole network. */
  certificate?: { file: string; host: string };
  /** One line for each thing worth knowing. */
  say?: (line: string) => void;
  /** A process ended that nobody asked to end; it is not started again. */
  onDeath?: (death: ProcessDeath) => void;
  logs?: (directory: string) => Logs;
  /** Aborting it stops a start that is under way. */
  signal?: AbortSignal;
}

/** The whole of Vignette, running. */
export interface RunningStack {
  /** What people open. */
  origin: string;
  /** The page of caught e-mails and text messages; undefined when none are caught here. */
  catcherUrl: string | undefined;
  /** The page of the mobile-money operator of the demo; undefined when another is used. */
  sandboxUrl: string | undefined;
  /** The environment that servers and workers share: addresses of the services and so on. */
  env: Record<string, string>;
  signIns: SignIn[];
  /** By name: postgres, redis-queues, redis-cache, s3, catcher, sandbox, node-1, node-2, relay, ocr, jobs, haproxy-1, haproxy-2 (more of each when asked for). */
  processes: ReadonlyMap<string, ManagedProcess>;
  /** Starts every node anew, one after the other, under its visitors: what a new release does. */
  release(say?: (line: string) => void): Promise<void>;
  /** Stops everything in order; never fails. */
  stop(): Promise<void>;
  /** Kills what is still there at once; `stop` then returns soon. */
  force(): void;
}

/**
 * Starts the whole stack and returns when every process is ready.
 * @throws StackIsRunningError when another process runs a stack in that directory; other errors after having stopped
 * whatever was started
 */
export async function startStack(options: StackOptions = {}): Promise<RunningStack> {
  const say = options.say ?? (() => undefined);
  const nodes = SERVER_NODES.slice(0, options.nodes ?? USUAL_NODES);
  const { template } = options;
  let taken: SignIn[] | undefined;
  const workspace = await openWorkspace({
    directory: options.directory ?? localDirectory,
    say,
    onDeath: options.onDeath ?? (({ name, how, lastLines }) => say([`${name} ${how}`, ...lastLines].join('\n  '))),
    empty: options.disposable ?? false,
    ...(options.logs && { logs: options.logs }),
    ...(template && { fill: (directory: string) => (taken = copyStackTemplate(template, directory)) }),
  });
  const { supervisor } = workspace;
  const processes = new Map<string, ManagedProcess>();
  const keep = (one: ManagedProcess): ManagedProcess => {
    processes.set(one.name, one);
    return one;
  };
  let balancers: RunningBalancers | undefined;

  // What is under way beside the main path; a stop waits for its end.
  const aside: Promise<unknown>[] = [];
  const besides = <T>(work: Promise<T>): Promise<T> => {
    aside.push(work.catch(() => undefined));
    return work;
  };

  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= stopAll());
  const stopAll = async (): Promise<void> => {
    supervisor.abort();
    await Promise.all(aside);
    balancers?.drain();
    for (const group of STOP_ORDER) {
      await Promise.all(group.map(async (name) => processes.get(name)?.stop()));
    }
    await supervisor.stopAll();
    workspace.close();
  };
  const abort = (): void => supervisor.abort();
  options.signal?.addEventListener('abort', abort);

  try {
    options.signal?.throwIfAborted();
    const ports = await choosePorts(STACK_PORTS, options.directory === undefined ? PREFERRED_PORTS : {}, workspace);
    const origin =
      options.certificate === undefined
        ? `http://localhost:${ports.balancer}`
        : `https://${options.certificate.host}:${ports.balancer}`;
    workspace.lock.setOrigin(origin);

    const building = besides(prepareProgram(workspace, options));
    const services = await runServices(workspace, options.environment ?? {}, options.disposable ?? false);
    services.processes.forEach(keep);
    const shared: Record<string, string> = {
      ...services.env,
      NODE_ENV: options.dev ? 'development' : 'production',
      PUBLIC_ORIGIN: origin,
      AUTH_SECRET: workspace.secrets.authSecret,
      ...(options.environment?.['COUNTRY'] && { COUNTRY: options.environment['COUNTRY'] }),
    };

    const catching = besides(startCatcher(workspace, ports, options.environment ?? {}, keep));
    const paying = besides(startSandbox(workspace, ports, { ...options, origin }, keep));
    const signIns = taken ?? (await prepareDatabase(workspace, shared, options.environment ?? {}));
    const catcher = await catching;
    const sandbox = await paying;
    const { programs, clientDirectory } = await building;

    const env: Record<string, string> = {
      ...shared,
      // A demo must not keep people waiting at Ctrl-C.
      DRAIN_SECONDS: options.dev ? '0' : '2',
      ...(catcher.url !== undefined && { DEMO_CATCHER_URL: catcher.url }),
      ...sandbox.env,
      ...options.processEnvironment,
    };
    await startAll(
      [
        ...nodes.map((name) =>
          supervisor.start(
            programSpec(name, 'server', programs, ports[`${name}-http`], {
              ...env,
              SOCKET_PORT: String(ports[`${name}-socket`]),
              CLIENT_DIR: clientDirectory,
            }),
          ),
        ),
        ...WORKER_NAMES.map((name) =>
          supervisor.start(
            programSpec(name, 'workers', programs, ports[`${name}-http`], {
              ...env,
              WORKER_ROLES: WORKER_ROLES[name],
              // The one process that posts payments, and no other, can sign receipts.
              ...(name === 'jobs' && { RECEIPT_SIGNING_KEY: workspace.secrets.receiptKey }),
              SMTP_URL: catcher.smtpUrl,
              SMS_URL: catcher.smsUrl,
              MAIL_FROM: options.environment?.['MAIL_FROM'] || 'Vignette <no-reply@vignette.localhost>',
            }),
          ),
        ),
        ...(options.dev ? [supervisor.start(viteSpec(ports.vite))] : []),
      ],
      keep,
    );

    balancers = await startBalancers({
      supervisor,
      tool: workspace.tools.haproxy,
      directory: workspace.directory,
      port: ports.balancer,
      ...(options.balancers !== undefined && { count: options.balancers }),
      nodes: nodes.map((name) => ({
        name,
        host: '127.0.0.1',
        httpPort: ports[`${name}-http`],
        socketPort: ports[`${name}-socket`],
      })),
      ...(options.dev && { pages: { host: '127.0.0.1', port: ports.vite } }),
      ...(options.certificate && { certificate: options.certificate.file }),
    });
    balancers.processes.forEach(keep);
    options.signal?.throwIfAborted();
    return {
      origin,
      catcherUrl: catcher.url,
      sandboxUrl: sandbox.url,
      env,
      signIns,
      processes,
      release: (tell = say) =>
        releaseNodes({
          nodes: nodes.flatMap((name) => processes.get(name) ?? []),
          adminSockets: balancers?.adminSockets ?? [],
          say: tell,
        }),
      stop,
      force: () => supervisor.force(),
    };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

/** Who may still be needed by those that stop after him stops later. */
const STOP_ORDER: readonly (readonly string[])[] = [
  [...SERVER_NODES, 'vite'],
  [...WORKER_NAMES],
  ['catcher', 'sandbox', 'haproxy-1', 'haproxy-2', 'haproxy-3', 'haproxy-4'],
  ['s3', 'redis-queues', 'redis-cache'],
  ['postgres'],
];

/** Waits for all, keeps those that came up, and fails with the first that did not. */
async function startAll(starts: Promise<ManagedProcess>[], keep: (one: ManagedProcess) => ManagedProcess): Promise<void> {
  const settled = await Promise.allSettled(starts.map(async (start) => keep(await start)));
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function prepareProgram(
  { supervisor, say }: Workspace,
  { dev }: StackOptions,
): Promise<{ programs: Programs; clientDirectory: string }> {
  if (dev) {
    const watched = { server: path.join(checkout, 'server', 'main.ts'), workers: path.join(checkout, 'workers', 'main.ts') };
    return { programs: { watched }, clientDirectory: path.join(checkout, 'client', 'build') };
  }
  const bundles = await buildBundles(say);
  return { programs: { bundles }, clientDirectory: await buildClient(supervisor, say) };
}

/** The demo's passwords are known to everybody: they go into a database of one's own, into another only on demand. */
async function prepareDatabase(workspace: Workspace, env: Record<string, string>, given: NodeJS.ProcessEnv): Promise<SignIn[]> {
  await migrate(workspace, env);
  if (!given['DATABASE_URL'] || given['SEED_DEMO'] === '1') return seedDemo(workspace, env);
  workspace.say('no demo data written into the database of DATABASE_URL (SEED_DEMO=1 writes it)');
  return [];
}

async function startCatcher(
  { supervisor }: Workspace,
  ports: Record<StackPort, number>,
  given: NodeJS.ProcessEnv,
  keep: (one: ManagedProcess) => ManagedProcess,
): Promise<{ url: string | undefined; smtpUrl: string; smsUrl: string }> {
  const smtpUrl = given['SMTP_URL'] || `smtp://127.0.0.1:${ports.smtp}`;
  const smsUrl = given['SMS_URL'] || `http://127.0.0.1:${ports.catcher}/sms`;
  if (given['SMTP_URL'] && given['SMS_URL']) return { url: undefined, smtpUrl, smsUrl };
  keep(await supervisor.start(catcherSpec(ports.catcher, ports.smtp)));
  return { url: `http://localhost:${ports.catcher}`, smtpUrl, smsUrl };
}

/** The providers of the demo, unless the environment names real ones; and how servers and workers reach them, and they them. */
async function startSandbox(
  { supervisor }: Workspace,
  ports: Record<StackPort, number>,
  { environment = {}, certificate, origin }: StackOptions & { origin: string },
  keep: (one: ManagedProcess) => ManagedProcess,
): Promise<{ url: string | undefined; env: Record<string, string> }> {
  if (environment['MTN_MOMO_URL'] || environment['MVOLA_URL'] || environment['STRIPE_SECRET_KEY']) {
    const given = Object.entries(environment).filter(([name]) => /^(MTN_MOMO|MVOLA|STRIPE)_|^WEBHOOK_ORIGIN$/.test(name));
    return { url: undefined, env: Object.fromEntries(given.flatMap(([name, value]) => (value ? [[name, value]] : []))) };
  }
  const reached = { origin: `http://localhost:${ports.sandbox}`, api: `http://127.0.0.1:${ports.sandbox}` };
  // A telephone of the network reaches the page where a card is typed as it reaches the platform, and nothing else of the sandbox.
  const page = certificate ? `https://${certificate.host}:${ports['sandbox-card']}` : reached.origin;
  // A certificate of one's own is nothing that another process trusts: it calls a node.
  const webhookOrigin = certificate ? `http://127.0.0.1:${ports['node-1-http']}` : origin;
  keep(
    await supervisor.start(
      sandboxSpec(ports.sandbox, {
        ...SANDBOX_KEYS,
        PAGE_ORIGIN: page,
        STATEMENT_TIME_ZONE: countryOf((environment['COUNTRY'] ?? 'mg').toUpperCase() as CountryCode).timeZone,
        ...(certificate && { CARD_HTTPS_PORT: String(ports['sandbox-card']), CARD_CERTIFICATE: certificate.file }),
        STRIPE_WEBHOOK_URL: `${webhookOrigin}/api/webhooks/stripe`,
      }),
    ),
  );
  return {
    url: reached.origin,
    env: {
      ...SANDBOX_KEYS,
      ...{ MTN_MOMO_URL: reached.api, MVOLA_URL: reached.api, STRIPE_API_BASE: reached.api },
      STATEMENTS_ORIGIN: reached.api,
      ...(certificate && { WEBHOOK_ORIGIN: webhookOrigin }),
    },
  };
}

/** Known to everybody: they open nothing but a process that forgets all it is told, on this machine. */
const SANDBOX_KEYS = {
  MTN_MOMO_SUBSCRIPTION_KEY: 'demo',
  MTN_MOMO_API_USER: 'demo',
  MTN_MOMO_API_KEY: 'demo',
  MTN_MOMO_DISBURSEMENT_SUBSCRIPTION_KEY: 'demo-disbursement',
  MTN_MOMO_DISBURSEMENT_API_USER: 'demo-disbursement',
  MTN_MOMO_DISBURSEMENT_API_KEY: 'demo-disbursement',
  MVOLA_CONSUMER_KEY: 'demo',
  MVOLA_CONSUMER_SECRET: 'demo',
  MVOLA_MERCHANT_MSISDN: '0343500004',
  MVOLA_PARTNER_NAME: 'Vignette',
  STRIPE_SECRET_KEY: 'sk_test_demo',
  STRIPE_WEBHOOK_SECRET: 'whsec_demo',
};

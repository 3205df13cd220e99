import { z } from 'zod';
import { commonSettings, readConfig, schemas, setting, type ConfigOf } from '#shared/node/config.ts';
import { paymentFaults, paymentSettings } from '#shared/node/payment-settings.ts';
import { RECEIPT_KEY_FORM } from '#shared/node/receipt-signer.ts';

export const WORKER_ROLES = ['relay', 'payments', 'ocr', 'images', 'messages', 'reports', 'upkeep'] as const;
export type WorkerRole = (typeof WORKER_ROLES)[number];

const roles = z
  .string()
  .default(WORKER_ROLES.join(','))
  .transform((text) => text.split(',').map((role) => role.trim()))
  .pipe(z.array(z.enum(WORKER_ROLES)).min(1));

/** What a worker process reads. */
export const workerSettings = {
  ...commonSettings,
  ...paymentSettings,
  WORKER_ROLES: setting(roles, `What this process does, a comma list of: ${WORKER_ROLES.join(', ')}`),
  OCR_ENGINES: setting(
    z.coerce.number().int().min(1).max(16).default(1),
    'Documents read at once; about one CPU core and 160 MB each',
  ),
  PAYMENT_CHECKS_PER_SECOND: setting(
    z.coerce.number().int().min(1).max(10_000).optional(),
    'Questions to each payment provider a second, over all workers (the same on all), instead of what each is known to take',
  ),
  AUTH_SECRET: setting(
    z.string().min(32),
    'Opens the codes that the server sealed, makes the addresses of webhooks; the same as the server’s',
    { secret: true },
  ),
  RECEIPT_SIGNING_KEY: setting(
    z.string().regex(RECEIPT_KEY_FORM).optional(),
    'Signs receipts: <name>:<32 random bytes, base64url>; needed by the role payments, given to no other process',
    { secret: true },
  ),
  SMTP_URL: setting(schemas.url('smtp:', 'smtps:').optional(), 'Outgoing e-mail; without it e-mail is off', { secret: true }),
  SMS_URL: setting(schemas.url('http:', 'https:').optional(), 'Gateway for SMS (POST {to, text}); without it SMS is off', {
    secret: true,
  }),
  MAIL_FROM: setting(z.string().default('Vignette <no-reply@vignette.example>'), 'Sender of e-mails'),
  COUNTRY: setting(z.enum(['mg', 'ma', 'bj']).default('mg'), 'Country that runs the platform'),
};
export type WorkerConfig = ConfigOf<typeof workerSettings>;

export const loadWorkerConfig = (env: NodeJS.ProcessEnv): WorkerConfig => readConfig(workerSettings, env, paymentFaults);

import { z } from 'zod';
import { Id, Instant } from './ids.ts';

/** Raised when a field changes its meaning or goes away. */
export const EXPORT_VERSION = 1;
const text = z.string().nullable();

/**
 * `donnees.json` of a person's copy: all that is held about them, and nothing of other people. Its JSON Schema lies beside it
 * (`schema.json`).
 */
export const AccountExport = z.object({
  format: z.literal('vignette-account-export'),
  version: z.literal(EXPORT_VERSION),
  exportedAt: Instant,
  account: z
    .object({ id: Id, name: z.string(), email: text, phone: text, locale: z.string(), role: z.string(), createdAt: Instant })
    .describe(
      'Who you are here, and how you sign in. The password is kept as a hash that nobody can read, and is not in this file.',
    ),
  sessions: z
    .array(z.object({ createdAt: Instant, expiresAt: Instant, userAgent: text, ipAddress: text }))
    .describe('Browsers that are signed in now.'),
  vehicles: z
    .array(
      z.object({
        ...{
          id: Id,
          plate: z.string(),
          country: z.string(),
          holderName: z.string(),
          vin: text,
          make: text,
          model: text,
          fuel: text,
        },
        ...{ firstRegistration: text, fiscalPower: z.number().nullable(), category: text, seats: z.number().nullable() },
        ...{ maxMass: z.number().nullable(), ownedSince: Instant },
      }),
    )
    .describe('Vehicles in your name.'),
  documents: z
    .array(
      z.object({
        ...{ id: Id, status: z.string(), createdAt: Instant },
        fields: z
          .array(z.object({ name: z.string(), read: z.string(), corrected: text }))
          .describe('What was read, and what you corrected.'),
        photographs: z
          .array(z.object({ side: z.string(), file: text, bytes: z.number(), sentAt: Instant }))
          .describe('`file` is null for a photograph that has been deleted since.'),
      }),
    )
    .describe('Cartes grises that you sent.'),
  claims: z.array(z.object({ id: Id, plate: z.string(), status: z.string(), openedAt: Instant, closedAt: Instant.nullable() })),
  transfers: z
    .array(z.object({ id: Id, plate: z.string(), role: z.enum(['seller', 'buyer']), state: z.string(), createdAt: Instant }))
    .describe('Vehicles that you sold or bought here; the other person is not named.'),
  payments: z
    .array(
      z.object({
        ...{ id: Id, state: z.string(), provider: z.string(), phone: text, amount: z.number(), currency: z.string() },
        ...{ startedAt: Instant, settledAt: Instant.nullable() },
        items: z.array(
          z.object({
            plate: z.string(),
            fiscalYear: z.number(),
            amount: z.number(),
            receiptNumber: text,
            receiptReference: text,
          }),
        ),
      }),
    )
    .describe('Amounts are integers of the minor unit.'),
  notices: z.array(z.object({ kind: z.string(), params: z.unknown(), createdAt: Instant, readAt: Instant.nullable() })),
  preferences: z.unknown().describe('What you want to be told by e-mail and SMS; null: nothing was changed.'),
  messages: z
    .array(z.object({ channel: z.string(), template: z.string(), createdAt: Instant, sentAt: Instant.nullable() }))
    .describe('Messages sent to your addresses.'),
  history: z
    .array(z.object({ at: Instant, action: z.string(), entity: z.string(), entityId: z.string() }))
    .describe('What you did.'),
});
export type AccountExport = z.infer<typeof AccountExport>;

import { asc, desc, eq, inArray, or } from 'drizzle-orm';
import { AccountExport, EXPORT_VERSION } from '#shared/contracts/account-export.ts';
import { receiptNumber } from '#shared/domain/payments/receipt-text.ts';
import type { Executor } from './connect.ts';
import { vehicleTransfers } from './schema/account.ts';
import { documentFields, documentPages, documents } from './schema/documents.ts';
import { sessions, users } from './schema/identity.ts';
import { noticePreferences, notices } from './schema/notices.ts';
import { paymentIntents, paymentItems, receipts } from './schema/payments.ts';
import { auditLog, messages } from './schema/platform.ts';
import { owners, vehicleClaims, vehicles } from './schema/vehicles.ts';

const iso = (at: Date): string => at.toISOString();
const isoOf = (at: Date | null): string | null => at?.toISOString() ?? null;

export interface PersonalPage {
  /** Its name in the archive. */
  file: string;
  originalKey: string;
}

/** All that is held about a person, and where their photographs lie. Read it in one REPEATABLE READ transaction. */
export async function readPersonalData(
  db: Executor,
  userId: string,
  at: Date,
): Promise<{ data: AccountExport; pages: PersonalPage[] }> {
  const [user] = await db.select().from(users).where(eq(users.id, userId));
  if (!user) throw new Error(`no user ${userId}`);
  const ownSessions = await db.select().from(sessions).where(eq(sessions.userId, userId)).orderBy(asc(sessions.createdAt));
  const owned = await db
    .select({ vehicle: vehicles })
    .from(vehicles)
    .innerJoin(owners, eq(owners.id, vehicles.ownerId))
    .where(eq(owners.userId, userId))
    .orderBy(asc(vehicles.plate));
  const sent = await db.select().from(documents).where(eq(documents.userId, userId)).orderBy(asc(documents.createdAt));
  const ids = sent.map(({ id }) => id);
  const fields = ids.length ? await db.select().from(documentFields).where(inArray(documentFields.documentId, ids)) : [];
  const pages = await db
    .select()
    .from(documentPages)
    .where(eq(documentPages.userId, userId))
    .orderBy(asc(documentPages.createdAt));
  const claims = await db
    .select({ claim: vehicleClaims, plate: vehicles.plate })
    .from(vehicleClaims)
    .innerJoin(vehicles, eq(vehicles.id, vehicleClaims.vehicleId))
    .where(eq(vehicleClaims.claimantId, userId));
  const transfers = await db
    .select({ transfer: vehicleTransfers, plate: vehicles.plate })
    .from(vehicleTransfers)
    .innerJoin(vehicles, eq(vehicles.id, vehicleTransfers.vehicleId))
    .where(or(eq(vehicleTransfers.sellerId, userId), eq(vehicleTransfers.buyerId, userId)));
  const intents = await db
    .select()
    .from(paymentIntents)
    .where(eq(paymentIntents.payerId, userId))
    .orderBy(asc(paymentIntents.createdAt));
  const items = intents.length
    ? await db
        .select({ item: paymentItems, receipt: receipts })
        .from(paymentItems)
        .leftJoin(receipts, eq(receipts.itemId, paymentItems.id))
        .where(
          inArray(
            paymentItems.intentId,
            intents.map(({ id }) => id),
          ),
        )
    : [];
  const told = await db.select().from(notices).where(eq(notices.userId, userId)).orderBy(asc(notices.createdAt));
  const [wishes] = await db.select().from(noticePreferences).where(eq(noticePreferences.userId, userId));
  const addresses = [user.emailSynthetic ? null : user.email, user.phone].filter((address) => address !== null);
  const mail = addresses.length
    ? await db.select().from(messages).where(inArray(messages.recipient, addresses)).orderBy(asc(messages.createdAt))
    : [];
  const history = await db.select().from(auditLog).where(eq(auditLog.actorId, userId)).orderBy(desc(auditLog.id));

  const fileOf = (page: (typeof pages)[number]): string =>
    `photos/${page.documentId}/${page.side}-${page.id}.${page.originalKey.split('.').at(-1) ?? 'jpg'}`;
  const data = AccountExport.parse({
    format: 'vignette-account-export',
    version: EXPORT_VERSION,
    exportedAt: iso(at),
    account: {
      ...{ id: user.id, name: user.name, phone: user.phone, locale: user.locale, role: user.role },
      email: user.emailSynthetic ? null : user.email,
      createdAt: iso(user.createdAt),
    },
    sessions: ownSessions.map(({ createdAt, expiresAt, userAgent, ipAddress }) => ({
      ...{ userAgent, ipAddress, createdAt: iso(createdAt), expiresAt: iso(expiresAt) },
    })),
    vehicles: owned.map(({ vehicle }) => ({ ...vehicle, ownedSince: iso(vehicle.ownedSince) })),
    documents: sent.map((document) => ({
      ...{ id: document.id, status: document.status, createdAt: iso(document.createdAt) },
      fields: fields
        .filter(({ documentId }) => documentId === document.id)
        .map(({ name, value, corrected }) => ({ name, read: value, corrected })),
      photographs: pages
        .filter(({ documentId }) => documentId === document.id)
        .map((page) => ({ side: page.side, file: fileOf(page), bytes: page.bytes, sentAt: iso(page.createdAt) })),
    })),
    claims: claims.map(({ claim, plate }) => ({
      ...{ id: claim.id, plate, status: claim.status, openedAt: iso(claim.openedAt), closedAt: isoOf(claim.closedAt) },
    })),
    transfers: transfers.map(({ transfer, plate }) => ({
      ...{ id: transfer.id, plate, state: transfer.state, createdAt: iso(transfer.createdAt) },
      role: transfer.sellerId === userId ? 'seller' : 'buyer',
    })),
    payments: intents.map(({ id, state, provider, phone, amount, currency, createdAt, settledAt }) => ({
      ...{ id, state, provider, phone, amount, currency, startedAt: iso(createdAt), settledAt: isoOf(settledAt) },
      items: items
        .filter(({ item }) => item.intentId === id)
        .map(({ item, receipt }) => ({
          ...{ plate: item.plate, fiscalYear: item.fiscalYear, amount: item.amount },
          receiptNumber: receipt ? receiptNumber(receipt.series, receipt.year, receipt.number) : null,
          receiptReference: receipt?.reference ?? null,
        })),
    })),
    notices: told.map(({ kind, params, createdAt, readAt }) => ({
      ...{ kind, params, createdAt: iso(createdAt), readAt: isoOf(readAt) },
    })),
    preferences: wishes?.preferences ?? null,
    messages: mail.map(({ channel, template, createdAt, sentAt }) => ({
      ...{ channel, template, createdAt: iso(createdAt), sentAt: isoOf(sentAt) },
    })),
    history: history.map(({ at: when, action, entity, entityId }) => ({ at: iso(when), action, entity, entityId })),
  });
  return { data, pages: pages.map((page) => ({ file: fileOf(page), originalKey: page.originalKey })) };
}

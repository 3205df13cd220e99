import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { approveGrid, draftGrid, proposeGrid } from '#db/price-grid-versions.ts';
import { users } from '#db/schema/identity.ts';
import { paymentIntents } from '#db/schema/payments.ts';
import { owners, vehicles } from '#db/schema/vehicles.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import type { PaymentState, PaymentView, StartPayment } from '#shared/contracts/payments.ts';
import { FIRST_GRIDS } from '#shared/domain/countries/grids.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { createReceiptSigner, type ReceiptSigner } from '#shared/node/receipt-signer.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createConfirmationsService, type ConfirmationsService } from '../confirmations.service.ts';
import { createPaymentsService, type PaymentsService } from '../payments.service.ts';
import { providersOf, type Providers } from '../providers/providers.service.ts';
import { createScriptedProvider, type ScriptedProvider } from './scripted-provider.ts';

/** What a petrol car of 4 CV first registered in 2023 costs on 15 January 2026 (tax, stamp duty, fee). */
export const AMOUNT = 16_500;

export type PhoneOrder = Extract<StartPayment, { phone: string }>;

export interface PaymentsFixture {
  database: TestDatabase;
  provider: ScriptedProvider;
  signer: ReceiptSigner;
  payments: PaymentsService;
  confirmations: ConfirmationsService;
  /** Stands at 15 January 2026 until it is turned. */
  clock: { (): Date; turn(milliseconds: number): void };
  addUser(): Promise<string>;
  addVehicle(userId: string | null): Promise<{ id: string; plate: string }>;
  /** An order of new vehicles of the payer's own, as a page would send it. */
  order(payerId: string, vehicleCount?: number): Promise<PhoneOrder>;
  orderOf(vehicleIds: readonly string[]): PhoneOrder;
  /** Started and given to the provider. */
  pending(payerId: string, order?: StartPayment): Promise<PaymentView>;
  state(id: string): Promise<PaymentState>;
  count(table: string): Promise<number>;
  /** Debits less credits over the whole ledger, and what an account has. */
  balance(account?: string): Promise<number>;
  close(): Promise<void>;
}

export const testSigner = (name = 'test'): ReceiptSigner =>
  createReceiptSigner(`${name}:${Buffer.alloc(32, name).toString('base64url')}`);

/** Payments on a database of the file's own, the clock and the provider replaced (or a provider that is given). */
export async function createPaymentsFixture(given?: Providers): Promise<PaymentsFixture> {
  const database = await createTestDatabase(20);
  const { db } = database;
  let now = Date.parse('2026-01-15T09:00:00Z');
  const clock = Object.assign(() => new Date(now), { turn: (milliseconds: number) => void (now += milliseconds) });
  const provider = createScriptedProvider();
  const providers = given ?? providersOf({ mtn_momo: provider });
  const signer = testSigner();
  const deps = { db, notifier: { wake: () => undefined }, clock, country: madagascar, providers, logger: silentLogger() };
  const payments = createPaymentsService(deps);
  const confirmations = createConfirmationsService({ ...deps, signer });
  let plates = 0;

  const fixture: PaymentsFixture = {
    database,
    provider,
    signer,
    payments,
    confirmations,
    clock,
    async addUser() {
      const id = randomUUID();
      await db.insert(users).values({ id, name: 'Rabe Solo', email: `${id}@example.test` });
      await db.insert(owners).values({ userId: id, name: 'Rabe Solo' });
      return id;
    },
    async addVehicle(userId) {
      const plate = `${(plates += 1)}TAB`;
      const [owner] = userId ? await db.select().from(owners).where(eq(owners.userId, userId)) : [];
      const [row] = await db
        .insert(vehicles)
        .values({
          ...{ country: 'MG', plate, ownerId: owner?.id ?? null, holderName: 'RABE SOLO' },
          ...{ fuel: 'ES', fiscalPower: 4, firstRegistration: '2023-05-01' },
        })
        .returning({ id: vehicles.id });
      return { id: row?.id ?? '', plate };
    },
    async order(payerId, vehicleCount = 1) {
      const added = [];
      for (let index = 0; index < vehicleCount; index += 1) added.push((await fixture.addVehicle(payerId)).id);
      return fixture.orderOf(added);
    },
    orderOf: (vehicleIds) => ({
      idempotencyKey: randomUUID(),
      provider: 'mtn_momo',
      phone: '034 00 001 00',
      items: vehicleIds.map((vehicleId) => ({ vehicleId, fiscalYear: 2026 })),
      amount: AMOUNT * vehicleIds.length,
    }),
    async pending(payerId, order) {
      const { id } = await payments.start(payerId, order ?? (await fixture.order(payerId)));
      await confirmations.initiate(id);
      return payments.find(payerId, id);
    },
    async state(id) {
      const [row] = await db.select({ state: paymentIntents.state }).from(paymentIntents).where(eq(paymentIntents.id, id));
      if (!row) throw new Error(`no intent ${id}`);
      return row.state;
    },
    async count(table) {
      const [row] = await db.execute<{ count: number }>(sql`select count(*)::int as count from ${sql.identifier(table)}`);
      return row?.count ?? -1;
    },
    async balance(account) {
      const of = account === undefined ? sql`true` : sql`account = ${account}`;
      const [row] = await db.execute<{ balance: number }>(
        sql`select coalesce(sum(debit - credit), 0)::int as balance from ledger_entries where ${of}`,
      );
      return row?.balance ?? NaN;
    },
    close: () => database.drop(),
  };

  const [author, approver] = [randomUUID(), randomUUID()];
  await db.insert(users).values([
    { id: author, name: 'A', email: 'a@tax.example', role: 'administrator' },
    { id: approver, name: 'B', email: 'b@tax.example', role: 'supervisor' },
  ]);
  const version = await draftGrid(db, FIRST_GRIDS.MG, author);
  await proposeGrid(db, 'MG', version, author, clock());
  await approveGrid(db, 'MG', version, approver, clock());
  return fixture;
}

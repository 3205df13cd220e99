import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findReminderRun } from '#db/reminders.repository.ts';
import { messages } from '#db/schema/platform.ts';
import { vehicles } from '#db/schema/vehicles.ts';
import { parseNotice } from '#shared/contracts/notices.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { createRemindersService } from '#server/notices/reminders.service.ts';
import { createNoticesFixture, type NoticesFixture } from './testing/notices-fixture.ts';

const HOUR = 3600_000;
const DAY = 24 * HOUR;
let f: NoticesFixture;
/** When the year's tax of an old vehicle is due, as the grid in force says. */
let dueDate: string;
let people: { fleet: string; one: string; paid: string; exempt: string; unclear: string; bought: string };

async function vehicleOf(owner: string, change: Partial<typeof vehicles.$inferInsert> = {}): Promise<string> {
  const { id } = await f.addVehicle(owner);
  if (Object.keys(change).length > 0) await f.database.db.update(vehicles).set(change).where(eq(vehicles.id, id));
  return id;
}
const remindersOf = async (userId: string) =>
  (await f.noticesOf(userId)).flatMap((row) => {
    const notice = parseNotice(row);
    return notice && (notice.kind === 'tax_due' || notice.kind === 'tax_overdue') ? [notice] : [];
  });
/** Puts the clock at an hour of the country (UTC+3) so many days from the due date. */
function turnTo(daysFromDue: number, hour: number): void {
  f.clock.turn(Date.parse(`${dueDate}T00:00:00Z`) + daysFromDue * DAY + (hour - 3) * HOUR - f.clock().getTime());
}

beforeAll(async () => {
  f = await createNoticesFixture();
  const person = () => f.addPerson();
  people = {
    fleet: await f.addPerson({ phone: '+261340000201' }),
    one: await person(),
    paid: await person(),
    exempt: await person(),
    unclear: await person(),
    bought: await person(),
  };
  for (let count = 0; count < 3; count += 1) await vehicleOf(people.fleet);
  await vehicleOf(people.one);
  const paying = await f.pending(people.paid);
  f.provider.succeed(paying.id);
  await f.confirmations.check(paying.id);
  await vehicleOf(people.exempt, { category: 'AMBULANCE' });
  await vehicleOf(people.unclear, { fiscalPower: null });
  const probe = await f.payments.find(people.paid, paying.id);
  expect(probe.items[0]?.fiscalYear).toBe(2026);
  const { assess } = await import('#shared/domain/tax/assess.ts');
  const { FIRST_GRIDS } = await import('#shared/domain/countries/grids.ts');
  const car = {
    category: null,
    fuel: 'ES',
    fiscalPower: 4,
    firstRegistration: '2023-05-01',
    seats: null,
    maxMass: null,
  } as const;
  dueDate = assess({ vehicle: car, fiscalYear: 2026, on: '2026-01-15', grid: { ...FIRST_GRIDS.MG, version: 1 } }).dueDate ?? '';
});
afterAll(() => f.close());

describe('reminders', () => {
  it('are not looked for at night', async () => {
    turnTo(-31, 7);
    expect(await f.reminders.run()).toBeNull();
    turnTo(-31, 19);
    expect(await f.reminders.run()).toBeNull();
  });

  it('are none before the first stage; a day is looked at once', async () => {
    turnTo(-31, 9);
    expect(await f.reminders.run()).toMatchObject({ notices: 0 });
    expect(await f.reminders.run()).toBeNull();
  });

  it('go out once, all vehicles of a person in one; the paid, exempt and undetermined are left out', async () => {
    turnTo(-30, 9);
    const runs = await Promise.all([f.reminders.run(), f.reminders.run(), f.reminders.run()]);
    expect(runs.reduce((sum, run) => sum + (run?.notices ?? 0), 0)).toBe(2);
    await f.reminders.run();
    const [reminder, ...others] = await remindersOf(people.fleet);
    expect(others).toEqual([]);
    expect(reminder).toMatchObject({ kind: 'tax_due', params: { daysBefore: 30, vehicleCount: 3, dueDate, fiscalYear: 2026 } });
    expect(reminder?.params.amount).toBe(3 * 16_500);
    expect(await remindersOf(people.one)).toHaveLength(1);
    for (const who of [people.paid, people.exempt, people.unclear]) expect(await remindersOf(who)).toEqual([]);
    const mails = await f.messagesTo(f.emailOf(people.fleet));
    expect(mails).toMatchObject([{ bulk: true }]);
    expect(await f.messagesTo('+261340000201')).toHaveLength(1);
  });

  it('say nothing more until the next stage, and make up for a day on which nothing ran', async () => {
    turnTo(-20, 9);
    await f.reminders.run();
    expect(await remindersOf(people.one)).toHaveLength(1);
    // The seventh day before was missed.
    turnTo(-5, 9);
    await f.reminders.run();
    expect((await remindersOf(people.one)).map(({ params }) => ('daysBefore' in params ? params.daysBefore : null))).toEqual([
      30, 7,
    ]);
  });

  it('stop for who has paid, and go on for what was bought meanwhile', async () => {
    const [vehicle] = await f.database.db
      .select()
      .from(vehicles)
      .where(eq(vehicles.plate, (await remindersOf(people.one))[0]?.params.vehicles[0]?.plate ?? ''));
    const order = f.orderOf([vehicle?.id ?? '']);
    const { id } = await f.pending(people.one, order);
    f.provider.succeed(id);
    await f.confirmations.check(id);
    await vehicleOf(people.bought);
    turnTo(0, 9);
    await f.reminders.run();
    expect(await remindersOf(people.one)).toHaveLength(2);
    expect((await remindersOf(people.bought)).map(({ kind }) => kind)).toEqual(['tax_due']);
    turnTo(1, 9);
    await f.reminders.run();
    expect((await remindersOf(people.bought)).map(({ kind }) => kind)).toEqual(['tax_due', 'tax_overdue']);
    expect((await remindersOf(people.bought))[1]?.params.amount).toBeGreaterThan(16_500);
  });

  it('go on where a process that died stopped', async () => {
    turnTo(2, 9);
    const late = await f.addPerson();
    await vehicleOf(late);
    const stop = new AbortController();
    let steps = 0;
    // The clock is asked at every step: the third time, the process is told to stop.
    const cut = createRemindersService({
      db: f.database.db,
      notifier: { wake: () => undefined },
      clock: () => {
        if ((steps += 1) === 6) stop.abort();
        return f.clock();
      },
      country: madagascar,
      batch: 1,
    });
    const first = await cut.run(stop.signal);
    const day = f.clock().toISOString().slice(0, 10);
    const run = await findReminderRun(f.database.db, { country: 'MG', day });
    expect(run).toMatchObject({ owners: first?.owners, finishedAt: null });
    const rest = await f.reminders.run();
    expect(rest?.owners).toBeGreaterThan(0);
    expect(await findReminderRun(f.database.db, { country: 'MG', day })).toMatchObject({
      owners: (first?.owners ?? 0) + (rest?.owners ?? 0),
      finishedAt: expect.any(Date) as Date,
    });
    expect((await remindersOf(late)).map(({ kind }) => kind)).toEqual(['tax_overdue']);
  });

  it('by SMS wait for the morning, without that counting as a try; by e-mail they go', async () => {
    turnTo(2, 22);
    await f.sendAll();
    const [sms] = await f.messagesTo('+261340000201');
    expect(sms).toMatchObject({ attempts: 0, sentAt: null, failedAt: null });
    expect(sms?.sendAfter?.toISOString()).toBe(new Date(Date.parse(`${dueDate}T05:00:00Z`) + 3 * DAY).toISOString());
    const mails = await f.database.db
      .select()
      .from(messages)
      .where(eq(messages.recipient, f.emailOf(people.bought)));
    expect(mails.length).toBeGreaterThan(0);
    expect(f.mails.some(({ subject }) => subject?.includes('Taxe 2026'))).toBe(true);
  });
});

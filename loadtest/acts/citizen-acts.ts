import { randomUUID } from 'node:crypto';
import type { DocumentView } from '#shared/contracts/documents.ts';
import type { PaymentView } from '#shared/contracts/payments.ts';
import type { GarageView, VehicleView } from '#shared/contracts/vehicles.ts';
import type { Hands } from './act.ts';
import { ActError, type CitizenPart } from './act-types.ts';
import type { SendPhotograph } from './photographs.ts';

/** A reading takes a core for seconds, and others wait before it. */
const READ_WITHIN_MS = 120_000;
/** The payer of the sandbox accepts after three seconds; its message may be lost, and it is asked. */
const PAID_WITHIN_MS = 60_000;
const RETURN_WITHIN_MS = 60_000;
/** Whoever has this number accepts (deploy/sandbox-provider/behaviours.ts). */
const PHONE = '+261340000000';

/** Photographs a carte grise, sees it read, puts the plate right, confirms, and sees what is owed for the vehicle. */
export async function upload(hands: Hands, part: CitizenPart, send: SendPhotograph): Promise<void> {
  const { page } = hands;
  const plate = part.plates.pop();
  if (plate === undefined) throw new ActError('NO_PLATE_LEFT');
  let pressed = performance.now();
  const { id: documentId } = await send(page);
  hands.answered('upload', pressed);
  const topic = `document:${documentId}`;
  page.hold(topic);
  const waited = new Set(['queued', 'reading']);
  await hands.see(
    'upload',
    pressed,
    topic,
    ({ status }: DocumentView) => {
      if (waited.has(status)) return null;
      if (status !== 'read') throw new ActError(`READING_${status.toUpperCase()}`);
      return status;
    },
    READ_WITHIN_MS,
  );
  pressed = performance.now();
  await hands.press('correct', 'document:correct-field', { documentId, name: 'plate', value: plate });
  const isRight = ({ fields }: DocumentView): true | null =>
    fields.some(({ name, corrected }) => name === 'plate' && corrected === plate) || null;
  await hands.see('correct', pressed, topic, isRight);
  pressed = performance.now();
  const { vehicleId } = await hands.press<{ vehicleId: string | null }>('confirm', 'document:confirm', { documentId });
  await hands.see('confirm', pressed, topic, ({ status }: DocumentView) => status === 'confirmed' || null);
  pressed = performance.now();
  const garage = `garage:${part.userId}`;
  page.hold(garage);
  await hands.see('owed', pressed, garage, ({ vehicles }: GarageView) =>
    vehicles.some(({ id, due }) => id === vehicleId && due?.total) ? true : null,
  );
}

const canBePaid = ({ due, paid }: VehicleView): boolean =>
  !paid && (due?.status === 'due' || due?.status === 'overdue') && Boolean(due.total);

/** Looks what is owed, pays the first vehicle of which something is, and sees it confirmed and receipted. */
export async function pay(hands: Hands, part: CitizenPart): Promise<void> {
  const { page } = hands;
  part.payable -= 1;
  const garage = `garage:${part.userId}`;
  let pressed = performance.now();
  page.hold(garage);
  const vehicle = await hands.see('owed', pressed, garage, ({ vehicles }: GarageView) => {
    const found = vehicles.find(canBePaid);
    if (!found) throw new ActError('NOTHING_OWED');
    return found;
  });
  const { due } = vehicle;
  pressed = performance.now();
  const { id } = await hands.press<PaymentView>('pay', 'payment:start', {
    ...{ idempotencyKey: randomUUID(), provider: 'mvola', phone: PHONE, amount: due?.total },
    items: [{ vehicleId: vehicle.id, fiscalYear: due?.fiscalYear }],
  });
  const topic = `payment:${id}`;
  page.hold(topic);
  await hands.see(
    'pay',
    pressed,
    topic,
    ({ state, failure }: PaymentView) => {
      if (state === 'failed' || state === 'expired') throw new ActError(`PAYMENT_${(failure ?? state).toUpperCase()}`);
      return state === 'receipted' || null;
    },
    PAID_WITHIN_MS,
  );
  await hands.see('paid in the list', pressed, garage, ({ vehicles }: GarageView) =>
    vehicles.some((one) => one.id === vehicle.id && one.paid) ? true : null,
  );
}

/** Closes the tab, comes back with what it held, and sees it all true again. */
export async function leave(hands: Hands, backInMs: number): Promise<void> {
  hands.saw('leave', await hands.page.leaveAndReturn(backInMs, RETURN_WITHIN_MS));
}

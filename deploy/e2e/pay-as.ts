import { randomUUID } from 'node:crypto';
import type { BrowserContext } from 'playwright-core';
import { io, type Socket } from 'socket.io-client';
import type { RunningStack } from '#deploy/local/stack.ts';
import type { Ack, ClientToServerEvents, CommandOutput, ServerToClientEvents } from '#shared/contracts/commands.ts';
import { PlateLookup } from '#shared/contracts/tax.ts';
import { until } from '#shared/node/testing/helpers.ts';

/** Orders and pays the tax of a plate as the signed-in person of a browser; the demo's operator accepts by itself. Answers the payment's id. */
export async function payAs(context: BrowserContext, stack: RunningStack, plate: string): Promise<string> {
  const cookie = (await context.cookies(stack.origin)).map(({ name, value }) => `${name}=${value}`).join('; ');
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(stack.origin, {
    transports: ['websocket'],
    extraHeaders: { cookie, origin: stack.origin },
  });
  try {
    await until(() => socket.connected, { what: 'the socket' });
    const { assessment } = PlateLookup.parse(await (await fetch(`${stack.origin}/api/plates/${plate}`)).json());
    const emit = socket.emitWithAck as (name: string, input: unknown) => Promise<Ack<CommandOutput<'payment:start'>>>;
    const answer = await emit.call(socket, 'payment:start', {
      idempotencyKey: randomUUID(),
      provider: 'mvola',
      phone: '034 00 001 50',
      items: [{ plate, fiscalYear: assessment.fiscalYear }],
      amount: assessment.total ?? 0,
    });
    if ('error' in answer) throw new Error(JSON.stringify(answer.error));
    return answer.data.id;
  } finally {
    socket.disconnect();
  }
}

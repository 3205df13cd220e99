import { once } from 'node:events';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret, TOTP } from 'otpauth';
import { createTransport } from 'nodemailer';
import type { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEMO_TOTP_SECRETS } from '#db/demo-data.ts';
import { createCaughtMessages, type CaughtMessages } from './catcher-messages.ts';
import { createCatcherServer, createMailCatcher } from './catcher-server.ts';

let messages: CaughtMessages;
let mail: SMTPServer;
let http: Server;
let url: string;

beforeEach(async () => {
  messages = createCaughtMessages();
  mail = createMailCatcher(messages);
  http = createCatcherServer(messages);
  await Promise.all([once(mail.listen(0, '127.0.0.1'), 'listening'), once(http.listen(0, '127.0.0.1'), 'listening')]);
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(async () => {
  http.closeAllConnections();
  await Promise.all([new Promise((done) => mail.close(() => done(null))), new Promise((done) => http.close(done))]);
});

const sendSms = (body: unknown, type = 'application/json'): Promise<Response> =>
  fetch(`${url}/sms`, { method: 'POST', headers: { 'Content-Type': type }, body: JSON.stringify(body) });

describe('the catcher', () => {
  it('shows what the telephones of the demo’s staff would show', async () => {
    const page = await (await fetch(`${url}/codes`)).text();
    const shown = [...page.matchAll(/<td>(\d{3}) (\d{3})<\/td>/g)].map(([, a, b]) => `${a ?? ''}${b ?? ''}`);
    expect(shown).toHaveLength(4);
    const [agent = ''] = shown;
    const totp = new TOTP({ secret: Secret.fromBase32(DEMO_TOTP_SECRETS.agent) });
    expect(totp.validate({ token: agent, window: 1 })).not.toBeNull();
  });

  it('takes an e-mail and lists it for its reader', async () => {
    const transport = createTransport({ host: '127.0.0.1', port: (mail.server.address() as AddressInfo).port });
    await transport.sendMail({ from: 'a@example.org', to: 'Soa@Example.org', subject: 'Votre reçu', text: 'Né à Nosy Be' });
    const found = await (await fetch(`${url}/messages.json?to=soa@example.org`)).json();
    expect(found).toMatchObject([{ kind: 'email', subject: 'Votre reçu', text: 'Né à Nosy Be\n' }]);
    expect(await (await fetch(`${url}/messages.json?to=other@example.org`)).json()).toEqual([]);
  });

  it('takes text messages, newest first, and refuses what is none', async () => {
    expect((await sendSms({ to: '+261340000000', text: 'first' })).status).toBe(202);
    expect((await sendSms({ to: '+261340000000', text: 'second' })).status).toBe(202);
    expect((await sendSms({ text: 'to nobody' })).status).toBe(400);
    expect((await sendSms({ to: '+1', text: 'from a foreign page' }, 'text/plain')).status).toBe(415);
    expect(messages.list('+261340000000').map((one) => one.text)).toEqual(['second', 'first']);
  });

  it('shows them on a page without letting them write its HTML', async () => {
    await sendSms({ to: '+1', text: '<script>x</script> https://vignette.example/a?b=1.' });
    const page = await (await fetch(`${url}/`)).text();
    expect(page).toContain('&lt;script&gt;x&lt;/script&gt;');
    expect(page).toContain('href="https://vignette.example/a?b=1"');
  });

  it('tells an open page of each message', async () => {
    const answer = await fetch(`${url}/events`);
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    await reader?.read();
    await sendSms({ to: '+1', text: 'hello' });
    expect((await reader?.read())?.value).toBe('data: 1\n\n');
    await reader?.cancel();
  });

  it('answers nobody who came by another name', async () => {
    const sent = request(`${url}/messages.json`, { headers: { Host: 'attacker.example' } }).end();
    const [response] = (await once(sent, 'response')) as [{ statusCode: number; resume: () => void }];
    response.resume();
    expect(response.statusCode).toBe(403);
  });
});

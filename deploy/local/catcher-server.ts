import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { simpleParser, type AddressObject } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { z } from 'zod';
import type { CaughtMessages } from './catcher-messages.ts';
import { renderCodesPage } from './demo-codes.ts';
import { renderCatcherPage } from './catcher-page.ts';

const MAX_BODY = 64 * 1024;
const Sms = z.object({ to: z.string().min(1), text: z.string() });

/** An SMTP server that takes every e-mail for everybody and keeps it. */
export function createMailCatcher(messages: CaughtMessages): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onData(stream, session, callback) {
      simpleParser(stream).then(
        (mail) => {
          const envelope = session.envelope.rcptTo.map((one) => one.address);
          messages.add({
            kind: 'email',
            to: envelope.length > 0 ? envelope : addresses(mail.to),
            ...(mail.from && { from: mail.from.text }),
            ...(mail.subject !== undefined && { subject: mail.subject }),
            text: mail.text ?? '',
            ...(mail.html !== false && { html: mail.html }),
          });
          callback();
        },
        (error: Error) => callback(error),
      );
    },
  });
}

/** The gateway for text messages, the page and the list for tests. */
export function createCatcherServer(messages: CaughtMessages): Server {
  return createServer((request, response) => {
    answer(messages, request, response).catch(() => response.writeHead(500).end());
  });
}

async function answer(messages: CaughtMessages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A page on the web could otherwise read the messages by pointing a name of its own at this machine.
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (!['localhost', '127.0.0.1', '[::1]'].includes(host)) return end(response, 403, 'only by localhost');
  const url = new URL(request.url ?? '/', 'http://localhost');
  const route = `${request.method ?? 'GET'} ${url.pathname}`;
  if (route === 'GET /healthz' || route === 'GET /readyz') return end(response, 200, 'ok');
  if (route === 'GET /') return end(response, 200, renderCatcherPage(messages.list()), 'text/html; charset=utf-8');
  if (route === 'GET /messages.json') {
    const list = messages.list(url.searchParams.get('to') ?? undefined);
    return end(response, 200, JSON.stringify(list), 'application/json');
  }
  if (route === 'GET /codes') return end(response, 200, renderCodesPage(), 'text/html; charset=utf-8');
  if (route === 'GET /events') return sendEvents(messages, request, response);
  if (route === 'POST /sms') return takeSms(messages, request, response);
  const html = messages.find(Number(/^GET \/messages\/(\d+)\.html$/.exec(route)?.[1]))?.html;
  if (html === undefined) return end(response, 404, 'not found');
  response.setHeader(
    'Content-Security-Policy',
    "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
  );
  return end(response, 200, html, 'text/html; charset=utf-8');
}

function sendEvents(messages: CaughtMessages, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(': open\n\n');
  const stop = messages.watch(({ id }) => response.write(`data: ${id}\n\n`));
  request.on('close', stop);
}

async function takeSms(messages: CaughtMessages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Browsers send JSON across sites only after asking, and nobody answers them here.
  if (!request.headers['content-type']?.startsWith('application/json')) return end(response, 415, 'JSON only');
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += String(chunk);
    if (body.length > MAX_BODY) return end(response, 413, 'too long');
  }
  const sms = Sms.safeParse(parseJson(body));
  if (!sms.success) return end(response, 400, '{to, text} is expected');
  const { id } = messages.add({ kind: 'sms', to: [sms.data.to], text: sms.data.text });
  return end(response, 202, JSON.stringify({ id: String(id) }), 'application/json');
}

function end(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function addresses(to: AddressObject | AddressObject[] | undefined): string[] {
  return [to ?? []].flat().flatMap((object) => object.value.map((one) => one.address ?? one.name));
}

// The process that takes every e-mail and text message of the local stack and shows them on a page. Loopback only.
import { createMailCatcher, createCatcherServer } from './catcher-server.ts';
import { createCaughtMessages } from './catcher-messages.ts';

const messages = createCaughtMessages();
const mail = createMailCatcher(messages);
const http = createCatcherServer(messages);
// A client that hangs up in the middle of a mail is no reason to end.
mail.on('error', (error) => console.log(JSON.stringify({ level: 40, time: Date.now(), msg: error.message })));
mail.listen(Number(process.env['SMTP_PORT']), '127.0.0.1');
http.listen(Number(process.env['HTTP_PORT']), '127.0.0.1');
messages.watch(({ kind, to, subject }) => {
  console.log(JSON.stringify({ level: 30, time: Date.now(), msg: `caught ${kind} to ${to.join(', ')}`, subject }));
});

const stop = (): void => {
  mail.close();
  http.closeAllConnections();
  http.close(() => process.exit(0));
};
process.once('SIGTERM', stop).once('SIGINT', stop);

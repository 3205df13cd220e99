import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { generate } from 'selfsigned';

/** A certificate for this machine's address in its network, made once and signed by nobody. */
export async function localCertificate(directory: string): Promise<{ file: string; host: string }> {
  const host = networkAddress();
  const folder = path.join(directory, 'certificate');
  const file = path.join(folder, `${host}.pem`);
  if (existsSync(file)) return { file, host };
  const names = [{ type: 2 as const, value: 'localhost' }, ...['127.0.0.1', host].map((ip) => ({ type: 7 as const, ip }))];
  const made = await generate([{ name: 'commonName', value: 'Vignette local' }], {
    ...{ keyType: 'ec', algorithm: 'sha256' },
    extensions: [{ name: 'subjectAltName', altNames: names }],
  });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${made.cert.trim()}\n${made.private.trim()}\n`, { mode: 0o600 });
  return { file, host };
}

function networkAddress(): string {
  const all = Object.values(os.networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find((one) => one.family === 'IPv4' && !one.internal)?.address ?? '127.0.0.1';
}

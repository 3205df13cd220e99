import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A certificate for this machine's address in its network, made once by openssl and signed by nobody. */
export function localCertificate(directory: string): { file: string; host: string } {
  const host = networkAddress();
  const folder = path.join(directory, 'certificate');
  const file = path.join(folder, `${host}.pem`);
  if (existsSync(file)) return { file, host };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=Vignette local', '-addext', `subjectAltName=DNS:localhost,IP:127.0.0.1,IP:${host}`];
  const what = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '365'];
  execFileSync('openssl', ['req', '-x509', ...what, '-keyout', key, '-out', certificate, ...subject], { stdio: 'pipe' });
  writeFileSync(file, readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'), { mode: 0o600 });
  return { file, host };
}

function networkAddress(): string {
  const all = Object.values(os.networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find((one) => one.family === 'IPv4' && !one.internal)?.address ?? '127.0.0.1';
}

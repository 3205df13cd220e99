import { Secret, TOTP } from 'otpauth';
import { DEMO_TOTP_SECRETS } from '#db/demo-data.ts';

/** What the telephone of one of the demo's staff would show. */
export interface DemoCode {
  role: string;
  code: string;
}

/** The codes of the demo's staff, the same in each country, and the seconds that they count still. */
export function demoCodes(at = new Date()): { codes: DemoCode[]; secondsLeft: number } {
  const codes = Object.entries(DEMO_TOTP_SECRETS).map(([role, secret]) => ({
    role,
    code: new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at.getTime() }),
  }));
  return { codes, secondsLeft: 30 - (Math.floor(at.getTime() / 1000) % 30) };
}

/** A page that shows them, and itself anew. */
export function renderCodesPage(at = new Date()): string {
  const { codes, secondsLeft } = demoCodes(at);
  const rows = codes
    .map(({ role, code }) => `<tr><th scope="row">${role}</th><td>${code.slice(0, 3)} ${code.slice(3)}</td></tr>`)
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${secondsLeft}">
<title>Codes of the demo's staff · Vignette</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #f6f7f8; }
  h1 { font-size: 1.25rem; margin-bottom: .25rem; }
  p { color: #57606a; }
  th { text-align: left; font-weight: 400; padding-right: 2rem; }
  td { font-size: 1.5rem; font-weight: 700; font-variant-numeric: tabular-nums; }
</style>
</head>
<body>
<h1>Codes of the demo's staff</h1>
<p>What their telephones would show now. Each works once, for about a minute; new ones come every 30 seconds.</p>
<table>
${rows}
</table>
<p><a href="/">Caught messages</a></p>
</body>
</html>
`;
}

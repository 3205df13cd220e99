/** Light modules around a code, that readers need to find it. */
const QUIET = 4;

/** A QR as the path of a drawing, one unit a module, with its light border. The encoder is fetched when it is first needed. */
export async function qrPath(text: string): Promise<{ path: string; size: number }> {
  const { default: encodeQR } = await import('qr');
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET });
  const path = modules.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return { path, size: modules.length };
}

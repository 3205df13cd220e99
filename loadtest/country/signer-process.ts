// Signs what it is sent (signing.ts): first the key, then lists of texts; answers with their signatures. Ends with who started it.
import { createReceiptSigner, type ReceiptSigner } from '#shared/node/receipt-signer.ts';

let signer: ReceiptSigner | null = null;
process.on('message', (message: string | string[]) => {
  if (typeof message === 'string') signer = createReceiptSigner(message);
  else process.send?.(message.map((text) => signer?.sign(text) ?? ''));
});
process.on('disconnect', () => process.exit());

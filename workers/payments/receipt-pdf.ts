import PdfDocument from 'pdfkit';
import { toBuffer } from 'qrcode';
import type { ReceiptView } from '#shared/contracts/receipts.ts';
import type { LineKind } from '#shared/contracts/tax.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { formatMoney } from '#shared/domain/money.ts';
import { formatPlate } from '#shared/domain/plates.ts';

const LINES: Readonly<Record<LineKind, string>> = {
  tax: 'Taxe annuelle',
  exemption: 'Exonération',
  penalty: 'Pénalité de retard',
  stamp_duty: 'Droit de timbre',
  fee: 'Frais de paiement en ligne',
};
const PROVIDERS: Readonly<Record<ReceiptView['provider'], string>> = {
  mtn_momo: 'MTN Mobile Money',
  mvola: 'MVola',
  stripe: 'Carte bancaire',
  cash: 'Espèces, au guichet',
};

/** The built-in fonts know the Latin letters of Western Europe: of spaces the plain and the no-break one, and no Arabic. */
const printable = (text: string): string => text.replace(/[\u202f\u2009]/g, '\u00a0').replace(/\u200e/g, '');
const MARGIN = 56;
const QR_SIZE = 190;

/** The QR of a receipt, a PNG. */
export const receiptQr = (text: string): Promise<Buffer> =>
  toBuffer(text, { errorCorrectionLevel: 'M', margin: 4, width: 3 * QR_SIZE });

/**
 * A receipt as a PDF of one page, in French, with its QR; no personal data. Size: about 10 KB. `publicOrigin`: where people open the
 * platform, for the address of the page that checks receipts.
 */
export async function renderReceipt(receipt: ReceiptView, country: Country, publicOrigin: string): Promise<Buffer> {
  const qr = await receiptQr(receipt.qr);
  const document = new PdfDocument({
    size: 'A4',
    margin: MARGIN,
    lang: 'fr',
    info: { Title: `Reçu ${receipt.number}`, CreationDate: new Date(receipt.issuedAt), ModDate: new Date(receipt.issuedAt) },
  });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => void chunks.push(chunk));
  const ended = new Promise<Buffer>((resolve, reject) => {
    document.once('end', () => resolve(Buffer.concat(chunks)));
    document.once('error', reject);
  });
  draw(document, receipt, country, { qr, checkedAt: `${publicOrigin}/verify` });
  document.end();
  return ended;
}

function draw(
  document: PDFKit.PDFDocument,
  receipt: ReceiptView,
  country: Country,
  { qr, checkedAt }: { qr: Buffer; checkedAt: string },
): void {
  const money = (amount: number): string => printable(formatMoney(amount, country, 'fr'));
  const width = document.page.width - 2 * MARGIN;
  const shown = formatPlate(receipt.plate, receipt.country);
  // The normal form has a Latin stand-in for a letter that the fonts lack.
  const plate = /\p{Script=Arabic}/u.test(shown) ? receipt.plate : shown;
  document.font('Helvetica-Bold').fontSize(20).text('Vignette automobile');
  document.font('Helvetica').fontSize(13).text(`Reçu de paiement n° ${receipt.number}`).moveDown(1.5);
  const row = (label: string, value: string, bold = false): void => {
    const y = document.y;
    document.font(bold ? 'Helvetica-Bold' : 'Helvetica').fontSize(12);
    document.text(label, MARGIN, y, { width: width / 2 });
    document.text(value, MARGIN + width / 2, y, { width: width / 2, align: 'right' });
    document.moveDown(0.5);
  };
  const rule = (): void => {
    document
      .moveTo(MARGIN, document.y)
      .lineTo(MARGIN + width, document.y)
      .lineWidth(0.5)
      .stroke('#888')
      .moveDown(0.7);
  };
  row('Immatriculation', printable(plate), true);
  row('Année fiscale', String(receipt.fiscalYear));
  row('Payé le', dateTime(receipt.issuedAt, country));
  row('Moyen de paiement', PROVIDERS[receipt.provider]);
  row('Valable jusqu’au', date(receipt.validUntil, country));
  document.moveDown(0.5);
  rule();
  for (const line of receipt.lines) row(LINES[line.kind], money(line.amount));
  rule();
  row('Total payé', money(receipt.amount), true);
  document.moveDown(1);
  if (receipt.revokedAt) return drawRevoked(document, receipt.revokedAt, country);
  document.image(qr, (document.page.width - QR_SIZE) / 2, document.y, { width: QR_SIZE, height: QR_SIZE });
  document.y += QR_SIZE;
  document.font('Helvetica').fontSize(10);
  document.text(`Référence ${receipt.reference}`, MARGIN, document.y, { width, align: 'center' }).moveDown(0.5);
  document.text('Pour vérifier ce reçu, même sans réseau, scannez ce code sur la page', { width, align: 'center' });
  document.text(checkedAt, { width, align: 'center', link: checkedAt });
}

/** In place of the QR, which would still be read: that it proves nothing, and since when; and a stamp over the whole sheet. */
function drawRevoked(document: PDFKit.PDFDocument, revokedAt: string, country: Country): void {
  const width = document.page.width - 2 * MARGIN;
  document.fillColor('#a11d16').font('Helvetica-Bold').fontSize(16);
  document.text('Reçu annulé', MARGIN, document.y, { width, align: 'center' }).moveDown(0.4);
  document.font('Helvetica').fontSize(12);
  document.text(`Ce reçu ne prouve plus rien depuis le ${dateTime(revokedAt, country)}.`, { width, align: 'center' });
  document.save().rotate(-35, { origin: [document.page.width / 2, document.page.height / 2] });
  document.fillOpacity(0.16).font('Helvetica-Bold').fontSize(110);
  document.text('ANNULÉ', 0, document.page.height / 2 - 70, { width: document.page.width, align: 'center', lineBreak: false });
  document.restore();
}

const dateTime = (instant: string, { formats, timeZone }: Country): string =>
  printable(new Intl.DateTimeFormat(formats.fr, { dateStyle: 'long', timeStyle: 'short', timeZone }).format(new Date(instant)));

/** A civil date has no zone: noon of it is that day everywhere. */
const date = (day: string, { formats }: Country): string =>
  printable(new Intl.DateTimeFormat(formats.fr, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${day}T12:00:00Z`)));

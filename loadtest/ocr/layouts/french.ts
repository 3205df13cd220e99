import { checkDigit } from '#workers/ocr/reading/parse/mrz.ts';
import { frenchDate, type SampleVehicle } from '../vehicle.ts';
import { createPage, securityPaper, type DocumentPage } from './page.ts';

const WIDTH = 1240;
const HEIGHT = 2300;

/** The French document of 2009: harmonised codes, a coupon, and two machine-readable lines at the foot. */
export function frenchDocument(v: SampleVehicle): { pages: DocumentPage[]; mrz: [string, string] } {
  const page = createPage(WIDTH, HEIGHT, securityPaper(WIDTH, HEIGHT, '#e3dfd0', '#e9cfae', '#b99a76'));
  const code = (x: number, y: number, text: string): void => page.label(x, y, text, 24, { bold: true });
  const row = (y: number, ...cells: (readonly [x: number, code: string, text: string, field?: string])[]): void => {
    for (const [x, name, text, field] of cells) {
      code(x, y, name);
      page.value(x + 76, y, text, 28, field ? { field } : {});
    }
  };
  page.label(WIDTH - 320, 62, "CERTIFICAT D'IMMATRICULATION", 30, { anchor: 'middle' });
  page.raw(`<rect x="40" y="84" width="${WIDTH - 80}" height="1560" fill="none" stroke="#666" stroke-width="2"/>`);
  page.label(120, 122, 'N° Immatriculation', 18, { bold: true });
  page.label(440, 122, 'Date de 1ère immatriculation', 18, { bold: true });
  row(160, [62, 'A.', v.plate, 'plate'], [400, 'B', frenchDate(v.firstRegistration), 'first_reg']);
  row(206, [62, 'C.1', v.surname, 'owner']);
  page.value(138, 262, v.firstNames, 28);
  row(330, [62, 'C.4a', '  EST LE PROPRIETAIRE DU VEHICULE']);
  row(380, [62, 'C.3', '']);
  [v.street, v.city, 'FRANCE'].forEach((line, i) => page.value(138, 430 + i * 56, line, 28));
  row(650, [62, 'D.1', v.make, 'make']);
  row(698, [62, 'D.2', `${v.vin.slice(3, 9)}/${v.kilowatts}`]);
  row(746, [560, 'D.2.1', `  M10${v.vin.slice(3, 15)}`]);
  row(800, [62, 'D.3', v.model, 'model'], [680, 'E.', v.vin, 'vin']);
  row(860, [62, 'F.1', `${v.maxMass}`], [330, 'F.2', `${v.maxMass}`], [600, 'F.3', `${v.maxMass + 900}`]);
  row(906, [62, 'G', `${v.emptyMass + 75}`], [330, 'G.1', `${v.emptyMass}`]);
  row(952, [62, 'J', v.category === 'VP' ? 'M1' : 'N1'], [330, 'J.1', v.category], [600, 'J.2', 'AA'], [880, 'J.3', v.body]);
  row(998, [62, 'K', 'e2*2001/116*0317*02']);
  row(
    1044,
    [62, 'P.1', `${v.displacement}`],
    [330, 'P.2', `${v.kilowatts}`],
    [600, 'P.3', v.fuel, 'fuel'],
    [880, 'P.6', `${v.fiscalPower}`, 'fiscal_power'],
  );
  row(1090, [62, 'Q', ''], [330, 'S.1', `${v.seats}`], [600, 'S.2', ''], [880, 'U.1', '77']);
  row(1136, [62, 'U.2', '3000'], [330, 'V.7', `${v.co2}`], [600, 'V.9', 'EURO6']);
  row(1182, [62, 'X.1', `VISITE AVANT LE ${frenchDate(v.issued)}`]);
  row(1228, [62, 'Y.1', '178.35'], [330, 'Y.2', '']);
  row(1274, [62, 'Y.3', '0'], [330, 'Y.4', '4']);
  row(1320, [62, 'Y.5', '2.76'], [330, 'Y.6', '185.11']);
  row(1420, [62, 'H', '']);
  row(1462, [62, 'I', frenchDate(v.issued)]);
  page.raw('<path d="M880 1470 q 40 -90 70 0 t 70 0 t 90 -20" fill="none" stroke="#334" stroke-width="4"/>');
  page.label(100, 1790, "Certificat d'immatriculation", 26, { bold: true });
  [`${v.plate}      ${frenchDate(v.issued)}`, v.formNumber, v.vin, v.make, v.surname, v.firstNames].forEach((line, i) =>
    page.value(112, 1850 + i * 44, line, 26),
  );
  const mrz = machineReadableLines(v);
  page.raw(`<rect x="0" y="2120" width="${WIDTH}" height="180" fill="#f3f3f1"/>`);
  page.value(70, 2190, mrz[0], 40);
  page.value(70, 2258, mrz[1], 40);
  return { pages: [page.done('french')], mrz };
}

/** Two lines of 44 characters; each checked part is followed by its digit (weights 7-3-1). */
export function machineReadableLines(v: SampleVehicle): [string, string] {
  const checked = (text: string): string => `${text}${checkDigit(text)}`;
  const bare = (text: string): string => text.replace(/[^A-Z0-9]/g, '<');
  const fill = (text: string, length: number): string => text.slice(0, length).padEnd(length, '<');
  const plate = v.plate.replace(/-/g, '');
  const date = v.firstRegistration.slice(2).replace(/-/g, '');
  const first = fill(`CRFRA${checked(plate)}${checked(v.vin)}${checked(date)}${v.category}`, 44);
  const second = `${fill(bare(v.body), 4)}${fill(bare(v.make), 14)}${fill(bare(v.model), 13)}${checked(v.formNumber)}0`;
  return [first, fill(second, 44)];
}

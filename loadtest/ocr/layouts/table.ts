import { frenchDate, type SampleVehicle } from '../vehicle.ts';
import { createPage, securityPaper, type DocumentPage } from './page.ts';

const WIDTH = 1400;
const HEIGHT = 1000;
const LEFT = 46;
const RIGHT = WIDTH - 46;
const COUNTRY_NAMES: Readonly<Record<string, string>> = {
  SN: 'REPUBLIQUE DU SENEGAL',
  BF: 'BURKINA FASO',
  CI: "REPUBLIQUE DE COTE D'IVOIRE",
  BJ: 'REPUBLIQUE DU BENIN',
};

type Cell = readonly [share: number, label: string, value: string, field?: string];

/** The bordered table of West Africa: every cell has its label above its value. */
export function borderedTable(v: SampleVehicle): DocumentPage {
  const page = createPage(WIDTH, HEIGHT, securityPaper(WIDTH, HEIGHT, '#ecebdc', '#e2ddc8', '#c3b794'));
  page.label(WIDTH / 2, 54, COUNTRY_NAMES[v.country] ?? '', 30, { bold: true, anchor: 'middle' });
  page.label(WIDTH / 2, 92, 'Ministère des Transports - Direction des Transports Terrestres', 20, { anchor: 'middle' });
  page.label(WIDTH / 2, 138, 'CARTE GRISE', 38, { bold: true, anchor: 'middle' });
  const rows: readonly (readonly Cell[])[] = [
    [
      [0.36, "N° d'immatriculation", v.plate, 'plate'],
      [0.32, 'Date de 1ère mise en circulation', frenchDate(v.firstRegistration), 'first_reg'],
      [0.32, 'N° Carte grise', v.cardNumber],
    ],
    [[1, 'Nom et Prénoms du propriétaire', `${v.surname} ${v.firstNames}`, 'owner']],
    [[1, 'Adresse', v.street]],
    [
      [0.34, 'Marque', v.make, 'make'],
      [0.34, 'Modèle', v.model, 'model'],
      [0.32, 'Genre', v.category],
    ],
    [
      [0.5, 'N° de châssis', v.vin, 'vin'],
      [0.25, 'Carrosserie', v.body],
      [0.25, 'Couleur', v.colour],
    ],
    [
      [0.34, 'Carburant', v.fuelWord, 'fuel'],
      [0.34, 'Puissance administrative', `${v.fiscalPower} CV`, 'fiscal_power'],
      [0.32, 'Places assises', `${v.seats}`],
    ],
    [
      [0.34, 'PTAC (kg)', `${v.maxMass}`],
      [0.34, 'Poids à vide (kg)', `${v.emptyMass}`],
      [0.32, 'Date de délivrance', frenchDate(v.issued)],
    ],
  ];
  rows.forEach((cells, r) => {
    const y = 174 + r * 104;
    let x = LEFT;
    for (const [share, label, value, field] of cells) {
      const width = share * (RIGHT - LEFT);
      page.raw(`<rect x="${x}" y="${y}" width="${width}" height="104" fill="none" stroke="#444" stroke-width="2"/>`);
      page.label(Math.round(x + 14), y + 32, label, 20);
      page.value(Math.round(x + 16), y + 78, value, 31, field ? { field, bold: true } : { bold: true });
      x += width;
    }
  });
  page.label(1010, 960, 'Le Directeur des Transports', 22);
  return page.done('table');
}

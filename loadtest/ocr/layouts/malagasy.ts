import { frenchDate, type SampleVehicle } from '../vehicle.ts';
import { createPage, securityPaper, type DocumentPage } from './page.ts';

const WIDTH = 1480;
const HEIGHT = 1050;

/** The A5 sheet of Madagascar: one label a line, its value beside it. */
export function malagasySheet(v: SampleVehicle): DocumentPage {
  const page = createPage(WIDTH, HEIGHT, securityPaper(WIDTH, HEIGHT, '#f3efe2', '#eae4d2', '#c9bfa3'));
  page.label(WIDTH / 2, 62, "REPOBLIKAN'I MADAGASIKARA", 28, { bold: true, anchor: 'middle' });
  page.label(WIDTH / 2, 96, 'Fitiavana - Tanindrazana - Fandrosoana', 18, { anchor: 'middle' });
  page.label(WIDTH / 2, 146, "CERTIFICAT D'IMMATRICULATION", 38, { bold: true, anchor: 'middle' });
  page.label(WIDTH / 2, 182, '(CARTE GRISE)', 22, { anchor: 'middle' });
  const lines: readonly (readonly [label: string, value: string, field?: string])[] = [
    ['N° Immatriculation :', v.plate, 'plate'],
    ['Nom et Prénoms :', `${v.surname} ${v.firstNames}`, 'owner'],
    ['Adresse :', v.street],
    ['Marque :', v.make, 'make'],
    ['Type :', v.model, 'model'],
    ['N° de série / châssis :', v.vin, 'vin'],
    ['Genre :', v.category],
    ['Carrosserie :', v.body],
    ["Source d'énergie :", v.fuelWord, 'fuel'],
    ['Puissance administrative :', `${v.fiscalPower} CV`, 'fiscal_power'],
    ['Date de 1ère mise en circulation :', frenchDate(v.firstRegistration), 'first_reg'],
    ['Places assises :', `${v.seats}`],
    ['PTAC :', `${v.maxMass} kg`],
    ['Poids à vide :', `${v.emptyMass} kg`],
    ['Fait à Antananarivo, le :', frenchDate(v.issued)],
  ];
  lines.forEach(([label, value, field], i) => {
    const y = 250 + i * 50;
    page.label(100, y, label, 23);
    page.value(570 + (i % 3) * 4, y + (i % 2), value, 28, field ? { field } : {});
    page.raw(`<line x1="560" y1="${y + 12}" x2="1360" y2="${y + 12}" stroke="#b5ab92" stroke-width="1" stroke-dasharray="2 6"/>`);
  });
  page.raw('<path d="M1080 990 q 50 -80 90 0 t 80 -10 t 70 0" fill="none" stroke="#2b3a8c" stroke-width="4"/>');
  return page.done('malagasy');
}

import { frenchDate, type SampleVehicle } from '../vehicle.ts';
import { createPage, securityPaper, type DocumentPage } from './page.ts';

const WIDTH = 1040;
const HEIGHT = 656;
const COUNTRY_NAMES: Readonly<Record<string, string>> = {
  CI: "REPUBLIQUE DE COTE D'IVOIRE",
  BJ: 'REPUBLIQUE DU BENIN',
  SN: 'REPUBLIQUE DU SENEGAL',
  BF: 'BURKINA FASO',
};

/** The plastic card of West Africa: labels over values, a dark panel with white letters; the chassis number on the back. */
export function card(v: SampleVehicle): DocumentPage[] {
  return [recto(v), verso(v)];
}

function recto(v: SampleVehicle): DocumentPage {
  const page = createPage(WIDTH, HEIGHT, securityPaper(WIDTH, HEIGHT, '#f6f2ea', '#9fcfa8', '#cfae86'));
  page.raw(
    `<rect width="310" height="${HEIGHT}" fill="#56677f"/><g transform="translate(920 30)"><rect width="26" height="62" fill="#e8862e"/><rect x="26" width="26" height="62" fill="#fff"/><rect x="52" width="26" height="62" fill="#2f9e53"/></g>`,
  );
  const white = { colour: '#ffffff' };
  page.label(56, 66, 'Numéro', 19, white);
  page.label(56, 90, "d'Immatriculation", 19, white);
  page.value(50, 142, v.plate, 36, { field: 'plate', bold: true, ...white });
  page.label(56, 210, 'Numéro de', 19, white);
  page.label(56, 234, 'Carte Grise', 19, white);
  page.value(56, 280, v.cardNumber, 24, { bold: true, ...white });
  page.label(56, 380, 'Date de 1ère mise en', 19, white);
  page.label(56, 404, 'circulation', 19, white);
  page.value(80, 456, frenchDate(v.firstRegistration, '-'), 25, { field: 'first_reg', bold: true, ...white });
  page.label(56, 530, "Date d'édition", 19, white);
  page.value(80, 580, frenchDate(v.issued, '-'), 25, { bold: true, ...white });
  page.label(620, 48, COUNTRY_NAMES[v.country] ?? '', 22, { bold: true, anchor: 'middle' });
  page.label(620, 78, 'MINISTÈRE DES TRANSPORTS', 19, { bold: true, anchor: 'middle' });
  page.label(620, 114, 'CARTE GRISE', 30, { bold: true, anchor: 'middle' });
  const cell = (x: number, y: number, label: string, value: string, field?: string): void => {
    page.label(x, y, label, 18);
    page.value(x, y + 27, value, 25, field ? { field, bold: true } : { bold: true });
  };
  cell(340, 156, 'Identité du propriétaire', `${v.surname} ${v.firstNames}`, 'owner');
  cell(340, 240, 'Marque', v.make, 'make');
  cell(660, 240, 'Genre', v.category === 'VP' ? 'Voiture' : 'Camionnette');
  cell(340, 302, 'Type commercial', v.model, 'model');
  cell(340, 364, 'Couleur', v.colour);
  cell(340, 426, 'Carrosserie', v.body);
  cell(340, 490, 'Energie', v.fuelWord, 'fuel');
  cell(610, 490, 'Usage du véhicule', 'Privé');
  cell(850, 490, "Nombre d'essieux", '2');
  cell(340, 546, 'Places assises', `${v.seats}`);
  cell(610, 546, 'Puissance fiscale (CV)', `${v.fiscalPower}`, 'fiscal_power');
  cell(850, 546, 'Cylindrée (CC)', `${v.displacement}`);
  cell(340, 602, 'P.T.A.C (Kg)', `${v.maxMass}`);
  cell(610, 602, 'P.V (Kg)', `${v.emptyMass}`);
  return page.done('card_recto');
}

function verso(v: SampleVehicle): DocumentPage {
  const page = createPage(WIDTH, HEIGHT, securityPaper(WIDTH, HEIGHT, '#f1dcc4', '#9fcfa8', '#cfae86'));
  const cell = (x: number, y: number, label: string, value: string, field?: string): void => {
    page.label(x, y, label, 20);
    page.value(x, y + 34, value, 28, field ? { field, bold: true } : { bold: true });
  };
  cell(66, 90, 'Numéro de série / châssis', v.vin, 'vin');
  cell(66, 190, 'Type technique', v.vin.slice(3, 9));
  cell(560, 190, 'Numéro de moteur', v.vin.slice(5, 13));
  cell(66, 290, 'Adresse', v.street);
  cell(66, 390, 'Lieu de délivrance', 'COTONOU');
  cell(560, 390, 'Contact', '21 00 00 00');
  page.raw('<rect x="66" y="470" width="900" height="130" fill="#ecefee" stroke="#999"/>');
  page.label(88, 516, "Ce document est la propriété de l'État. En cas de perte, le", 19);
  page.label(88, 550, 'rapporter au bureau des immatriculations le plus proche.', 19);
  return page.done('card_verso');
}

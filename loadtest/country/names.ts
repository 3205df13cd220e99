import type { CountryCode } from '#shared/domain/countries/countries.ts';
import type { Random } from './random.ts';

const words = (list: string): readonly string[] => list.split(' ');
/** One of a list, the first ones far oftener than the last: as names are. */
const often = (random: Random, list: readonly string[]): string =>
  list[Math.floor(list.length * random.next() * random.next())] ?? '';

// Made of the parts that names of the country are made of, so that very many begin and end alike, as they do.
const MALAGASY = {
  beginnings: words(
    'Rakoto Ra Rabe Rasoa Randria Andria Ravelo Raza Ratsi Rama Raha Rana Rafa Ravo Harin Tian Voahang Lala Mamy Solo',
  ),
  middles: words(
    'na ma lala be so ha fi ri vo ndri ana ari ina manga tsara nomen jaona harison malala arivo velo bako soa noro zafy sata lova',
  ),
  endings: words('na a ana y o ina isoa ivo anana atra arisoa'),
};

const FIRST: Readonly<Record<CountryCode, readonly string[]>> = {
  MG: words(
    'Hery Hanta Koto Lalao Fara Tiana Noro Mamy Solo Bema Vero Jean Marie Paul Rivo Naina Haja Tahina Miora Fidy Soa Lova Rado Zo Aina Feno Tojo Nivo Ony Bodo Élodie Hervé Jean-Pierre Marie-Claire',
  ),
  MA: words(
    'Mohamed Fatima Youssef Khadija Ahmed Salma Karim Nadia Omar Imane Hassan Leila Rachid Samira Mehdi Zineb Hamza Amina Yassine Houda Anas Soukaina Driss Hajar Saïd Naïma Othmane Ghita Brahim Meryem',
  ),
  BJ: words(
    'Codjo Afiavi Sena Adjoa Koffi Akouavi Rachidi Bignon Kossi Dossi Mahugnon Sessi Wilfried Chantal Pascal Estelle Romaric Grâce Firmin Reine Gildas Prudence Ulrich Rosine Éric Léa Jean-Marie Marie-Noël',
  ),
};

const SURNAMES: Readonly<Record<Exclude<CountryCode, 'MG'>, readonly [string, string]>> = {
  MA: [
    'El Ben Aït Al Bou Ould',
    'Alaoui Idrissi Fassi Amrani Bennani Tazi Berrada Filali Ouazzani Chraibi Kadiri Mansouri Naciri Sefrioui Slaoui Lahlou Guessous Benjelloun Skalli Kettani Zniber Hajji Jabri Rami Saidi Yacoubi Zerouali Hamdaoui Moussaoui Rhazi',
  ],
  BJ: [
    'Hou A Do Zin Gbe To Ki',
    'Hounsou Agbodjan Adjovi Zinsou Dossou Houngbo Ahouansou Tossou Kpossou Gnonlonfoun Agossou Sossou Quenum Adande Hounkpe Kiki Lokossou Medegan Akplogan Bio Sabi Orou Gado Chabi Yarou Imorou Boukari Alassane Seidou Idrissou',
  ],
};

const COMPANY: Readonly<Record<CountryCode, readonly [string, string]>> = {
  MG: ['Transports Société Établissements Coopérative Ets Garage', 'SARL SA SARLU'],
  MA: ['Transports Société Établissements Ste Messageries Location', 'SARL SA SNC'],
  BJ: ['Transports Société Établissements Ets Groupe Agence', 'SARL SA SUARL'],
};

function surname(random: Random, country: CountryCode): string {
  if (country === 'MG') {
    const middle = (): string => (random.chance(0.15) ? '' : often(random, MALAGASY.middles));
    return often(random, MALAGASY.beginnings) + middle() + middle() + often(random, MALAGASY.endings);
  }
  const [before, names] = SURNAMES[country];
  const name = often(random, words(names));
  return random.chance(0.3) ? `${often(random, words(before))} ${name}` : name;
}

/** First name and surname of somebody of the country. */
export const personName = (random: Random, country: CountryCode): string =>
  `${often(random, FIRST[country])} ${surname(random, country)}`;

/** What who owns very many vehicles is called. `number` makes it another for each. */
export function companyName(random: Random, country: CountryCode, number: number): string {
  const [kinds, forms] = COMPANY[country];
  return `${often(random, words(kinds))} ${surname(random, country)} ${number} ${often(random, words(forms))}`;
}

/** An e-mail address of the name, with the number that makes it nobody else's; no such domain exists (RFC 2606). */
export const emailOf = (name: string, number: number): string =>
  `${name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z]+/g, '.')
    .replace(/^\.|\.$/g, '')}.${number}@courriel.example`;

/** The nth mobile number of the country, E.164: each another, and none of the demo's. */
const PHONES: Readonly<Record<CountryCode, (number: number) => string>> = {
  MG: (number) => `+2613${2 + (number % 3)}${String(1_000_000 + Math.floor(number / 3)).padStart(7, '0')}`,
  MA: (number) => `+2126${String(10_000_000 + number).padStart(8, '0')}`,
  BJ: (number) => `+22901${String(61_000_000 + number).padStart(8, '0')}`,
};
export const phoneOf = (country: CountryCode, number: number): string => PHONES[country](number);

/** Towns with a tax office beside those of the demo: code and name. */
export const TOWNS: Readonly<Record<CountryCode, readonly (readonly [code: string, name: string])[]>> = {
  MG: [
    ['ABE', 'Antsirabe'],
    ['DIE', 'Antsiranana'],
    ['TLE', 'Toliara'],
    ['AMB', 'Ambatondrazaka'],
    ['SVB', 'Antalaha'],
    ['NOS', 'Nosy Be'],
    ['MOQ', 'Morondava'],
    ['MNK', 'Manakara'],
    ['FTU', 'Tolagnaro'],
    ['MIA', 'Miarinarivo'],
    ['AMP', 'Ambositra'],
  ],
  MA: [
    ['FES', 'Fès'],
    ['RAK', 'Marrakech'],
    ['AGA', 'Agadir'],
    ['MEK', 'Meknès'],
    ['OUD', 'Oujda'],
    ['KEN', 'Kénitra'],
    ['TET', 'Tétouan'],
    ['SAF', 'Safi'],
    ['ELJ', 'El Jadida'],
    ['BEM', 'Béni Mellal'],
    ['NAD', 'Nador'],
  ],
  BJ: [
    ['ABC', 'Abomey-Calavi'],
    ['BOH', 'Bohicon'],
    ['NAT', 'Natitingou'],
    ['LOK', 'Lokossa'],
    ['DJO', 'Djougou'],
    ['KAN', 'Kandi'],
    ['OUI', 'Ouidah'],
    ['SAV', 'Savalou'],
  ],
};

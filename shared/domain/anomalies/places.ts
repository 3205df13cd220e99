import type { CountryCode } from '../countries/countries.ts';

/**
 * Where a receipt was checked, as coarsely as an inspector tells: a region, by the seat of its administration. Degrees, rounded to a tenth
 * (some ten kilometres), from the towns' published coordinates: good enough to say that nobody drives so far in so few minutes.
 */
export interface Place {
  code: string;
  name: string;
  latitude: number;
  longitude: number;
}

const place = (code: string, name: string, latitude: number, longitude: number): Place => ({ code, name, latitude, longitude });

export const PLACES: Readonly<Record<CountryCode, readonly Place[]>> = {
  MG: [
    place('MG-T', 'Analamanga (Antananarivo)', -18.9, 47.5),
    place('MG-VAK', 'Vakinankaratra (Antsirabe)', -19.9, 47.0),
    place('MG-ITA', 'Itasy (Miarinarivo)', -19.0, 46.7),
    place('MG-BON', 'Bongolava (Tsiroanomandidy)', -18.8, 46.1),
    place('MG-ATS', 'Atsinanana (Toamasina)', -18.1, 49.4),
    place('MG-ANJ', 'Analanjirofo (Fenoarivo Atsinanana)', -17.4, 49.4),
    place('MG-ALA', 'Alaotra-Mangoro (Ambatondrazaka)', -17.8, 48.4),
    place('MG-BOE', 'Boeny (Mahajanga)', -15.7, 46.3),
    place('MG-SOF', 'Sofia (Antsohihy)', -14.9, 48.0),
    place('MG-BET', 'Betsiboka (Maevatanana)', -17.0, 46.8),
    place('MG-MEL', 'Melaky (Maintirano)', -18.1, 44.0),
    place('MG-DIA', 'Diana (Antsiranana)', -12.3, 49.3),
    place('MG-SAV', 'Sava (Sambava)', -14.3, 50.2),
    place('MG-HMA', 'Haute Matsiatra (Fianarantsoa)', -21.5, 47.1),
    place('MG-AMO', 'Amoron’i Mania (Ambositra)', -20.5, 47.2),
    place('MG-VAT', 'Vatovavy (Mananjary)', -21.2, 48.3),
    place('MG-FIT', 'Fitovinany (Manakara)', -22.1, 48.0),
    place('MG-ATM', 'Atsimo-Atsinanana (Farafangana)', -22.8, 47.8),
    place('MG-IHO', 'Ihorombe (Ihosy)', -22.4, 46.1),
    place('MG-MEN', 'Menabe (Morondava)', -20.3, 44.3),
    place('MG-ATA', 'Atsimo-Andrefana (Toliara)', -23.4, 43.7),
    place('MG-AND', 'Androy (Ambovombe)', -25.2, 46.1),
    place('MG-ANO', 'Anosy (Taolagnaro)', -25.0, 47.0),
  ],
  MA: [
    place('MA-01', 'Tanger-Tétouan-Al Hoceïma (Tanger)', 35.8, -5.8),
    place('MA-02', 'Oriental (Oujda)', 34.7, -1.9),
    place('MA-03', 'Fès-Meknès (Fès)', 34.0, -5.0),
    place('MA-04', 'Rabat-Salé-Kénitra (Rabat)', 34.0, -6.8),
    place('MA-05', 'Béni Mellal-Khénifra (Béni Mellal)', 32.3, -6.4),
    place('MA-06', 'Casablanca-Settat (Casablanca)', 33.6, -7.6),
    place('MA-07', 'Marrakech-Safi (Marrakech)', 31.6, -8.0),
    place('MA-08', 'Drâa-Tafilalet (Errachidia)', 31.9, -4.4),
    place('MA-09', 'Souss-Massa (Agadir)', 30.4, -9.6),
    place('MA-10', 'Guelmim-Oued Noun (Guelmim)', 29.0, -10.1),
    place('MA-11', 'Laâyoune-Sakia El Hamra (Laâyoune)', 27.2, -13.2),
    place('MA-12', 'Dakhla-Oued Ed Dahab (Dakhla)', 23.7, -15.9),
  ],
  BJ: [
    place('BJ-AL', 'Alibori (Kandi)', 11.1, 2.9),
    place('BJ-AK', 'Atacora (Natitingou)', 10.3, 1.4),
    place('BJ-AQ', 'Atlantique (Allada)', 6.7, 2.2),
    place('BJ-BO', 'Borgou (Parakou)', 9.3, 2.6),
    place('BJ-CO', 'Collines (Dassa-Zoumé)', 7.8, 2.2),
    place('BJ-KO', 'Couffo (Aplahoué)', 6.9, 1.7),
    place('BJ-DO', 'Donga (Djougou)', 9.7, 1.7),
    place('BJ-LI', 'Littoral (Cotonou)', 6.4, 2.4),
    place('BJ-MO', 'Mono (Lokossa)', 6.6, 1.7),
    place('BJ-OU', 'Ouémé (Porto-Novo)', 6.5, 2.6),
    place('BJ-PL', 'Plateau (Pobè)', 7.0, 2.7),
    place('BJ-ZO', 'Zou (Abomey)', 7.2, 2.0),
  ],
};

const BY_CODE = new Map(Object.values(PLACES).flatMap((list) => list.map((one) => [one.code, one] as const)));
export const placeOf = (code: string): Place | null => BY_CODE.get(code) ?? null;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
/** Kilometres between two places as the crow flies. */
export function kilometres(a: Place, b: Place): number {
  const [north, south] = [radians(a.latitude), radians(b.latitude)];
  const half =
    Math.sin((south - north) / 2) ** 2 +
    Math.cos(north) * Math.cos(south) * Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  return 2 * 6_371 * Math.asin(Math.min(1, Math.sqrt(half)));
}

import type { Parsed } from './values.ts';
import { nearest } from './text.ts';

/** Makes met on the roads of the countries served: a reading one or two letters away from one of them is put right. */
export const MAKES = [
  'ALFA ROMEO',
  'AUDI',
  'BAJAJ',
  'BMW',
  'BYD',
  'CHANGAN',
  'CHERY',
  'CHEVROLET',
  'CHRYSLER',
  'CITROEN',
  'CUPRA',
  'DACIA',
  'DAEWOO',
  'DAF',
  'DAIHATSU',
  'DODGE',
  'DONGFENG',
  'DS',
  'FAW',
  'FIAT',
  'FORD',
  'FOTON',
  'GEELY',
  'GREAT WALL',
  'HAVAL',
  'HINO',
  'HONDA',
  'HOWO',
  'HYUNDAI',
  'INFINITI',
  'ISUZU',
  'IVECO',
  'JAC',
  'JAGUAR',
  'JEEP',
  'JINBEI',
  'JMC',
  'KAMAZ',
  'KIA',
  'KTM',
  'KYMCO',
  'LADA',
  'LANCIA',
  'LAND ROVER',
  'LEXUS',
  'LIFAN',
  'MAHINDRA',
  'MAN',
  'MASERATI',
  'MAZDA',
  'MERCEDES',
  'MERCEDES-BENZ',
  'MG',
  'MINI',
  'MITSUBISHI',
  'NISSAN',
  'OPEL',
  'PEUGEOT',
  'PIAGGIO',
  'PORSCHE',
  'RENAULT',
  'ROVER',
  'SAAB',
  'SANILI',
  'SCANIA',
  'SEAT',
  'SINOTRUK',
  'SKODA',
  'SMART',
  'SSANGYONG',
  'SUBARU',
  'SUZUKI',
  'TATA',
  'TESLA',
  'TOYOTA',
  'TVS',
  'VOLKSWAGEN',
  'VOLVO',
  'YAMAHA',
  'ZOTYE',
] as const;

/** A make in capitals; a near miss of a known one is corrected and trusted a little less, an unknown one is kept. */
export function parseMake(text: string): Parsed | null {
  const value = text
    .toUpperCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^A-Z0-9 \-.&]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.-]+|[\s.-]+$/g, '');
  if (value.length < 2 || value.length > 24 || !/[A-Z]{2}/.test(value)) return null;
  const near = nearest(value, MAKES);
  if (near) return { value: near.entry, trust: near.distance === 0 ? 1 : 0.85 };
  return { value, trust: 0.7 };
}

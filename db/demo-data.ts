/** What a demo country starts with: invented people, plates and numbers. */

export const DEMO_OFFICES = [
  { code: 'TNR-ANALAKELY', name: 'Centre fiscal Analakely', city: 'Antananarivo' },
  { code: 'TNR-ANOSY', name: 'Centre fiscal Anosy', city: 'Antananarivo' },
  { code: 'TMM', name: 'Centre fiscal Toamasina', city: 'Toamasina' },
  { code: 'FNR', name: 'Centre fiscal Fianarantsoa', city: 'Fianarantsoa' },
  { code: 'MJN', name: 'Centre fiscal Mahajanga', city: 'Mahajanga' },
] as const;

/** `neighbour` has the vehicles that somebody else will try to register. */
export const DEMO_PEOPLE = {
  citizen: { name: 'Hanta Rakotomalala', email: 'hanta@demo.example', phone: '+261340000101', password: 'lalana mena 26' },
  neighbour: { name: 'Solofo Andrianina', email: 'solofo@demo.example', phone: '+261340000102', password: 'rano madio 26' },
} as const;

export interface DemoVehicle {
  country: string;
  /** Normal form. */
  plate: string;
  holderName: string;
  vin: string | null;
  firstRegistration: string | null;
  make: string | null;
  model: string | null;
  fuel: string | null;
  fiscalPower: number | null;
}

/** Vehicles of the neighbour, beside those of the sample photographs. */
export const DEMO_VEHICLES: readonly DemoVehicle[] = [
  {
    country: 'MG',
    plate: '1234TAB',
    holderName: 'ANDRIANINA SOLOFO',
    vin: null,
    firstRegistration: '2016-03-14',
    make: 'PEUGEOT',
    model: '206',
    fuel: 'ES',
    fiscalPower: 6,
  },
  {
    country: 'MG',
    plate: '4821FCD',
    holderName: 'ANDRIANINA SOLOFO',
    vin: null,
    firstRegistration: '2009-11-02',
    make: 'TOYOTA',
    model: 'HILUX',
    fuel: 'GO',
    fiscalPower: 11,
  },
];

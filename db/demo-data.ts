import type { Period } from '#shared/contracts/dashboards.ts';
import type { Role } from '#shared/contracts/identity.ts';
import type { CountryCode } from '#shared/domain/countries/countries.ts';

/** What a demo country starts with: invented people, plates and numbers. */
export interface DemoCountry {
  offices: readonly { code: string; name: string; city: string; region: string }[];
  /** What is to be collected: invented, and said to be wherever it is shown. Minor unit, of the nation and of each office. */
  targets: Readonly<Record<'national' | 'office', Readonly<Record<Period, number>>>>;
  /** `neighbour` has the vehicles that somebody else will try to register. */
  people: Readonly<Record<'citizen' | 'neighbour', DemoPerson>>;
  /** Staff of the first office, who can sign in: those who change money are two. */
  staff: Readonly<Record<Exclude<Role, 'citizen'>, DemoStaff>>;
  /** Drafted the first price grid, and approved it; they cannot sign in. */
  taxOffice: Readonly<Record<'author' | 'approver', { name: string; email: string }>>;
  /** Vehicles of the neighbour, beside that of a sample photograph. */
  vehicles: readonly DemoVehicle[];
}

export interface DemoPerson {
  name: string;
  email: string;
  phone: string;
  password: string;
}

export type DemoStaff = Omit<DemoPerson, 'phone'> & {
  /** What the codes of the second step are made of (base32): of the demo alone, known to everybody like its passwords. */
  totpSecret: string;
};

/** 160 bits each (RFC 4226 asks for that many). */
export const DEMO_TOTP_SECRETS: Readonly<Record<Exclude<Role, 'citizen'>, string>> = {
  agent: 'DEMOAGENTVIGNETTEAAAABBBBCCCCDDD',
  supervisor: 'DEMOSUPERVISORVIGNETTEAAAABBBBCC',
  administrator: 'DEMOADMINVIGNETTEAAAABBBBCCCCDDD',
  auditor: 'DEMOAUDITORVIGNETTEAAAABBBBCCCCD',
};

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
  category?: string;
}

const taxOffice = (host: string): DemoCountry['taxOffice'] => ({
  author: { name: 'Législation fiscale', email: `legislation@${host}` },
  approver: { name: 'Contrôle fiscal', email: `controle@${host}` },
});

const staff = (
  host: string,
  people: Readonly<Record<Exclude<Role, 'citizen'>, [name: string, password: string]>>,
): DemoCountry['staff'] => {
  const one = (role: keyof typeof people): DemoStaff => {
    const [name, password] = people[role];
    return { name, email: `${role}@${host}`, password, totpSecret: DEMO_TOTP_SECRETS[role] };
  };
  return { agent: one('agent'), supervisor: one('supervisor'), administrator: one('administrator'), auditor: one('auditor') };
};

const vehicle = (
  [country, plate, holderName]: [CountryCode, string, string],
  [make, model, fuel, fiscalPower, firstRegistration]: [string, string, string, number, string],
  category?: string,
): DemoVehicle => ({
  country,
  plate,
  holderName,
  vin: null,
  firstRegistration,
  make,
  model,
  fuel,
  fiscalPower,
  ...(category && { category }),
});

export const DEMO: Readonly<Record<CountryCode, DemoCountry>> = {
  MG: {
    offices: [
      { code: 'TNR-ANALAKELY', name: 'Centre fiscal Analakely', city: 'Antananarivo', region: 'analamanga' },
      { code: 'TNR-ANOSY', name: 'Centre fiscal Anosy', city: 'Antananarivo', region: 'analamanga' },
      { code: 'TMM', name: 'Centre fiscal Toamasina', city: 'Toamasina', region: 'atsinanana' },
      { code: 'FNR', name: 'Centre fiscal Fianarantsoa', city: 'Fianarantsoa', region: 'haute-matsiatra' },
      { code: 'MJN', name: 'Centre fiscal Mahajanga', city: 'Mahajanga', region: 'boeny' },
    ],
    targets: {
      national: { day: 60_000_000, month: 1_200_000_000, year: 12_000_000_000 },
      office: { day: 2_000_000, month: 44_000_000, year: 500_000_000 },
    },
    people: {
      citizen: { name: 'Hanta Rakotomalala', email: 'hanta@demo.example', phone: '+261340000101', password: 'lalana mena 26' },
      neighbour: { name: 'Solofo Andrianina', email: 'solofo@demo.example', phone: '+261340000102', password: 'rano madio 26' },
    },
    staff: staff('demo.example', {
      agent: ['Fanja Rasoanaivo', 'guichet ouvert 26'],
      supervisor: ['Tiana Ratsimba', 'double regard 26'],
      administrator: ['Lova Rabearisoa', 'clef du bureau 26'],
      auditor: ['Mamy Razanakoto', 'lecture seule 26'],
    }),
    taxOffice: taxOffice('demo.example'),
    vehicles: [
      vehicle(['MG', '1234TAB', 'ANDRIANINA SOLOFO'], ['PEUGEOT', '206', 'ES', 6, '2016-03-14']),
      vehicle(['MG', '4821FCD', 'ANDRIANINA SOLOFO'], ['TOYOTA', 'HILUX', 'GO', 11, '2009-11-02']),
      vehicle(['MG', '2210TBA', 'HOPITALY MANARA-PENITRA'], ['MERCEDES-BENZ', 'SPRINTER', 'GO', 9, '2019-06-20'], 'AMBULANCE'),
    ],
  },
  MA: {
    offices: [
      { code: 'CAS-ANFA', name: 'Perception Anfa', city: 'Casablanca', region: 'casablanca-settat' },
      { code: 'RBA-AGDAL', name: 'Perception Agdal', city: 'Rabat', region: 'rabat-sale-kenitra' },
      { code: 'TNG', name: 'Perception Tanger', city: 'Tanger', region: 'tanger-tetouan-al-hoceima' },
    ],
    targets: {
      national: { day: 25_000_000, month: 500_000_000, year: 6_000_000_000 },
      office: { day: 2_000_000, month: 44_000_000, year: 500_000_000 },
    },
    people: {
      citizen: { name: 'Salma Benali', email: 'salma@ma.demo.example', phone: '+212600000101', password: 'souk el had 26' },
      neighbour: {
        name: 'Yassine Idrissi',
        email: 'yassine@ma.demo.example',
        phone: '+212600000102',
        password: 'bab marrakech 26',
      },
    },
    staff: staff('ma.demo.example', {
      agent: ['Nadia Tazi', 'guichet ouvert 26'],
      supervisor: ['Karim Bennis', 'double regard 26'],
      administrator: ['Leila Chraibi', 'clef du bureau 26'],
      auditor: ['Omar Sefrioui', 'lecture seule 26'],
    }),
    taxOffice: taxOffice('ma.demo.example'),
    vehicles: [
      vehicle(['MA', '12345A6', 'IDRISSI YASSINE'], ['DACIA', 'LOGAN', 'GO', 6, '2018-05-11']),
      vehicle(['MA', '8812B40', 'IDRISSI YASSINE'], ['RENAULT', 'MEGANE', 'ES', 8, '2021-09-02']),
      vehicle(['MA', '4407D1', 'IDRISSI YASSINE'], ['TOYOTA', 'YARIS', 'EH', 6, '2023-02-27']),
    ],
  },
  BJ: {
    offices: [
      { code: 'COO-LITTORAL', name: 'CIPE Littoral', city: 'Cotonou', region: 'littoral' },
      { code: 'PNO', name: 'CIPE Porto-Novo', city: 'Porto-Novo', region: 'oueme' },
      { code: 'PKO', name: 'CIPE Parakou', city: 'Parakou', region: 'borgou' },
    ],
    targets: {
      national: { day: 15_000_000, month: 300_000_000, year: 3_000_000_000 },
      office: { day: 1_000_000, month: 22_000_000, year: 250_000_000 },
    },
    people: {
      citizen: {
        name: 'Afiavi Dossou',
        email: 'afiavi@bj.demo.example',
        phone: '+2290190000101',
        password: 'marche dantokpa 26',
      },
      neighbour: {
        name: 'Codjo Houngbo',
        email: 'codjo@bj.demo.example',
        phone: '+2290190000102',
        password: 'route des peches 26',
      },
    },
    staff: staff('bj.demo.example', {
      agent: ['Adjoa Hounsou', 'guichet ouvert 26'],
      supervisor: ['Sena Agbodjan', 'double regard 26'],
      administrator: ['Rachidi Adjovi', 'clef du bureau 26'],
      auditor: ['Bignon Zinsou', 'lecture seule 26'],
    }),
    taxOffice: taxOffice('bj.demo.example'),
    vehicles: [
      vehicle(['BJ', 'BE8762RB', 'HOUNGBO CODJO'], ['TOYOTA', 'COROLLA', 'ES', 8, '2012-04-19']),
      vehicle(['BJ', 'BA1190RB', 'HOUNGBO CODJO'], ['PIAGGIO', 'APE', 'ES', 4, '2020-01-15'], 'TM'),
    ],
  },
};

import type { Candidate } from './candidates.ts';
import { editDistance } from './text.ts';

/** Models often registered in the countries served, by make. A reading that looks like one of them is put right; others are kept as read. */
const MODELS: Readonly<Record<string, readonly string[]>> = {
  AUDI: ['A1', 'A3', 'A4', 'A5', 'A6', 'A8', 'Q2', 'Q3', 'Q5', 'Q7', 'TT', '80', '100'],
  BMW: ['116I', '118D', '118I', '120D', '316I', '318D', '318I', '320D', '320I', '325I', '328I', '330D', '520D', '520I', '525D', '525I', '528I', '530D', 'X1', 'X3', 'X5', 'X6'],
  CITROEN: ['AX', 'BERLINGO', 'C1', 'C2', 'C3', 'C4', 'C5', 'C8', 'C15', 'JUMPER', 'JUMPY', 'NEMO', 'SAXO', 'XANTIA', 'XSARA', 'ZX'],
  DACIA: ['DOKKER', 'DUSTER', 'LODGY', 'LOGAN', 'SANDERO', 'SPRING'],
  FIAT: ['500', 'BRAVO', 'DOBLO', 'DUCATO', 'PANDA', 'PUNTO', 'STILO', 'TIPO', 'UNO'],
  FORD: ['B-MAX', 'C-MAX', 'ECOSPORT', 'ESCORT', 'EVEREST', 'EXPLORER', 'FIESTA', 'FOCUS', 'FUSION', 'GALAXY', 'KA', 'KUGA', 'MONDEO', 'RANGER', 'TRANSIT'],
  HONDA: ['ACCORD', 'CIVIC', 'CR-V', 'CITY', 'FIT', 'HR-V', 'JAZZ', 'PILOT'],
  HYUNDAI: ['ACCENT', 'ATOS', 'CRETA', 'ELANTRA', 'GETZ', 'H1', 'H100', 'I10', 'I20', 'I30', 'IX35', 'KONA', 'SANTA FE', 'SONATA', 'STAREX', 'TUCSON'],
  ISUZU: ['D-MAX', 'NKR', 'NPR', 'NQR', 'TROOPER'],
  KIA: ['CARENS', 'CARNIVAL', 'CEED', 'CERATO', 'K2700', 'MORNING', 'PICANTO', 'RIO', 'SORENTO', 'SOUL', 'SPORTAGE', 'STONIC'],
  'LAND ROVER': ['DEFENDER', 'DISCOVERY', 'FREELANDER', 'RANGE ROVER'],
  MAZDA: ['2', '3', '323', '5', '6', '626', 'B2500', 'BT-50', 'CX-3', 'CX-5', 'CX-7', 'DEMIO', 'MAZDA 2', 'MAZDA 3', 'MAZDA 6'],
  'MERCEDES-BENZ': ['190', 'A180', 'ACTROS', 'ATEGO', 'B180', 'C180', 'C200', 'C220', 'C250', 'C300', 'CLASSE A', 'CLASSE C', 'CLASSE E', 'E200', 'E220', 'E250', 'GLA', 'GLC', 'GLE', 'ML', 'SPRINTER', 'VITO'],
  MITSUBISHI: ['ASX', 'CANTER', 'L200', 'LANCER', 'OUTLANDER', 'PAJERO', 'SPACE STAR'],
  NISSAN: ['ALMERA', 'HARDBODY', 'JUKE', 'MICRA', 'NAVARA', 'NOTE', 'PATHFINDER', 'PATROL', 'PRIMERA', 'QASHQAI', 'SENTRA', 'SUNNY', 'TERRANO', 'X-TRAIL'],
  OPEL: ['ASTRA', 'COMBO', 'CORSA', 'INSIGNIA', 'MERIVA', 'MOKKA', 'VECTRA', 'VIVARO', 'ZAFIRA'],
  PEUGEOT: ['106', '107', '108', '2008', '205', '206', '207', '208', '3008', '301', '306', '307', '308', '405', '406', '407', '408', '5008', '504', '505', '508', '605', '607', 'BOXER', 'EXPERT', 'LANDTREK', 'PARTNER'],
  RENAULT: ['19', 'CAPTUR', 'CLIO', 'DUSTER', 'ESPACE', 'EXPRESS', 'KADJAR', 'KANGOO', 'KERAX', 'KOLEOS', 'LAGUNA', 'LOGAN', 'MASTER', 'MEGANE', 'MIDLUM', 'MODUS', 'SANDERO', 'SCENIC', 'SYMBOL', 'TALISMAN', 'TRAFIC', 'TWINGO', 'ZOE'],
  SKODA: ['FABIA', 'KAROQ', 'KODIAQ', 'OCTAVIA', 'RAPID', 'SUPERB', 'YETI'],
  SSANGYONG: ['ACTYON', 'KORANDO', 'KYRON', 'MUSSO', 'REXTON', 'TIVOLI'],
  SUZUKI: ['ALTO', 'BALENO', 'CELERIO', 'DZIRE', 'ERTIGA', 'GRAND VITARA', 'IGNIS', 'JIMNY', 'S-PRESSO', 'SWIFT', 'SX4', 'VITARA'],
  TOYOTA: ['4RUNNER', 'AURIS', 'AVANZA', 'AVENSIS', 'AYGO', 'C-HR', 'CAMRY', 'CARINA', 'COROLLA', 'CORONA', 'DYNA', 'FORTUNER', 'HIACE', 'HILUX', 'LAND CRUISER', 'MATRIX', 'PRADO', 'PRIUS', 'RAV4', 'RUSH', 'SIENNA', 'STARLET', 'VENZA', 'VITZ', 'YARIS'],
  VOLKSWAGEN: ['AMAROK', 'BORA', 'CADDY', 'CRAFTER', 'GOLF', 'JETTA', 'PASSAT', 'POLO', 'SHARAN', 'T-ROC', 'TIGUAN', 'TOUAREG', 'TOURAN', 'TRANSPORTER', 'UP', 'VENTO'],
  VOLVO: ['FH', 'FH12', 'FM', 'S40', 'S60', 'V40', 'V50', 'V60', 'V70', 'XC40', 'XC60', 'XC90'],
};

const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/[OQD]/g, '0'], [/[ILTJ|]/g, '1'], [/Z/g, '2'], [/S/g, '5'], [/G/g, '6'], [/B/g, '8'],
];

/** The text with all characters that print alike made one. */
export function shapeKey(text: string): string {
  return SHAPES.reduce((key, [like, one]) => key.replace(like, one), text.toUpperCase().replace(/[^A-Z0-9]/g, ''));
}

/** The known model of this make that a reading stands for: exact, alike in shape, or one letter away; null when none is near. */
export function nearestModel(make: string, read: string): { model: string; trust: number } | null {
  const known = MODELS[make === 'MERCEDES' || make === 'MERCEDES BENZ' ? 'MERCEDES-BENZ' : make];
  if (!known) return null;
  const bare = (text: string): string => text.replace(/[^A-Z0-9]/g, '');
  const exact = known.find((model) => bare(model) === bare(read));
  if (exact) return { model: read, trust: 1 };
  const alike = known.filter((model) => shapeKey(model) === shapeKey(read));
  if (alike.length === 1 && alike[0]) return { model: alike[0], trust: 0.9 };
  const near = known.filter((model) => {
    const length = bare(model).length;
    return length >= 4 && editDistance(bare(model), bare(read)) <= (length >= 7 ? 2 : 1);
  });
  return near.length === 1 && near[0] ? { model: near[0], trust: 0.85 } : null;
}

/** The candidates with the readings of the model put right by the likeliest make. */
export function withKnownModels<C extends Candidate>(candidates: readonly C[], make: string | undefined): C[] {
  if (!make) return [...candidates];
  return candidates.map((candidate) => {
    if (candidate.name !== 'model') return candidate;
    const found = nearestModel(make, candidate.value);
    if (!found) return { ...candidate, confidence: candidate.confidence * 0.95 };
    return { ...candidate, value: found.model, confidence: candidate.confidence * found.trust };
  });
}

import type { FieldName } from '#shared/contracts/documents.ts';
import { plain, similarity } from './text.ts';
import type { Segment, Word } from './words.ts';

/** What a label announces: a field that is read, or one that only ends its neighbours. */
export type LabelTarget = FieldName | 'issue_date' | 'other';

export interface Label {
  readonly target: LabelTarget;
  /** Higher wins when two labels claim one field (`Type commercial` over `Type`). */
  readonly rank: number;
  readonly words: Word[];
  /** What follows the label in its own segment. */
  readonly rest: Word[];
  readonly segment: Segment;
}

/** Phrases as printed on cards of Madagascar and West Africa, without accents, marks and spaces. */
const PHRASES: readonly (readonly [LabelTarget, number, readonly string[]])[] = [
  [
    'plate',
    2,
    [
      'noimmatriculation',
      'nodimmatriculation',
      'numerodimmatriculation',
      'numeroimmatriculation',
      'immatriculation',
      'dimmatriculation',
    ],
  ],
  [
    'owner',
    2,
    [
      'nometprenoms',
      'nometprenomsduproprietaire',
      'nomsetprenoms',
      'identiteduproprietaire',
      'proprietaire',
      'titulaire',
      'nomduproprietaire',
      'nomouraisonsociale',
      'nom',
    ],
  ],
  ['make', 2, ['marque']],
  ['model', 3, ['typecommercial', 'modele', 'denominationcommerciale']],
  ['model', 1, ['type']],
  ['fuel', 2, ['energie', 'sourcedenergie', 'carburant', 'source']],
  [
    'fiscal_power',
    2,
    ['puissancefiscale', 'puissancefiscalecv', 'puissanceadministrative', 'puissanceadministrativecv', 'puissanceadmin'],
  ],
  [
    'vin',
    2,
    [
      'noserie',
      'nodeserie',
      'nodeseriechassis',
      'numerodeseriechassis',
      'numerodeserie',
      'nodechassis',
      'nochassis',
      'numerodechassis',
      'numerodansla serie',
    ],
  ],
  [
    'first_registration',
    2,
    [
      'datede1eremiseencirculation',
      'datede1eremiseen',
      'datedepremieremiseencirculation',
      'datedemiseencirculation',
      '1eremiseencirculation',
      'datede1ereimmatriculation',
    ],
  ],
  ['seats', 2, ['placesassises', 'nombredeplaces', 'nbredeplaces', 'nombredeplacesassises']],
  ['max_mass', 2, ['ptac', 'ptackg', 'poidstotalautoriseencharge']],
  ['category', 2, ['genre']],
  ['issue_date', 2, ['datededelivrance', 'datedition', 'datedemission', 'faitaantananarivole', 'faitle', 'dateetablissement']],
  [
    'other',
    2,
    [
      'adresse',
      'domicile',
      'couleur',
      'carrosserie',
      'usageduvehicule',
      'usage',
      'nombredessieux',
      'cylindree',
      'cylindreecc',
      'poidsavide',
      'poidsavidekg',
      'pvkg',
      'cukg',
      'chargeutile',
      'typetechnique',
      'numerodemoteur',
      'nomoteur',
      'contact',
      'lieudedelivrance',
      'nocartegrise',
      'numerodecartegrise',
      'numerode',
      'cartegrise',
      'profession',
      'numero',
      'circulation',
      'certificatdimmatriculation',
      'ledirecteurdestransports',
      'ministeredestransports',
      'cni',
      'servicedesmines',
      'ledirecteur',
    ],
  ],
];

const LEAST_SIMILARITY = 0.78;
const MOST_WORDS = 7;

/** The label a segment begins with, if any: the phrase most like its first one to seven words, longer phrases preferred. */
export function labelOf(segment: Segment): Label | null {
  let best: { target: LabelTarget; rank: number; length: number; score: number } | null = null;
  for (let length = 1; length <= Math.min(MOST_WORDS, segment.words.length); length += 1) {
    const text = plain(
      segment.words
        .slice(0, length)
        .map((w) => w.text)
        .join(''),
    );
    if (text.length < 3) continue;
    for (const [target, rank, phrases] of PHRASES) {
      for (const phrase of phrases) {
        if (Math.abs(phrase.length - text.length) > phrase.length * 0.25) continue;
        const alike = similarity(text, phrase);
        const needed = phrase.length <= 5 ? 0.8 : LEAST_SIMILARITY;
        const score = alike + phrase.length * 0.02;
        if (alike >= needed && (!best || score > best.score)) best = { target, rank, length, score };
      }
    }
  }
  if (!best) return null;
  const rest = segment.words.slice(best.length).filter((w) => /[\p{L}\d]/u.test(w.text));
  return { target: best.target, rank: best.rank, words: segment.words.slice(0, best.length), rest, segment };
}

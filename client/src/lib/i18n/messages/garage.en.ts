import type { Translation } from '../translation.ts';
import type { garage as fr } from './garage.fr.ts';

export const garage: Translation<typeof fr> = {
  title: 'My vehicles',
};

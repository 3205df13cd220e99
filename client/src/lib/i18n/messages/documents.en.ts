import type { Translation } from '../translation.ts';
import type { documents as fr } from './documents.fr.ts';

export const documents: Translation<typeof fr> = {
  title: 'Add a vehicle',
};

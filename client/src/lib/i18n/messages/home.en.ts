import type { Translation } from '../translation.ts';
import type { home as fr } from './home.fr.ts';

export const home: Translation<typeof fr> = {
  title: 'Home',
};

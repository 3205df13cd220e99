import type { Translation } from '../translation.ts';
import type { account as fr } from './account.fr.ts';

export const account: Translation<typeof fr> = {
  title: 'My account',
};

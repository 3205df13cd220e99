import type { Locale } from '#shared/contracts/identity.ts';
import { english } from './english.ts';
import { memberFrench } from './member-texts.ts';
import { french, type Messages } from './messages.ts';
import { staffFrench } from './staff-texts.ts';

/** Both languages at once: for tests, and for what speaks both. A page loads the one it is read in (`i18n.svelte.ts`). */
export const catalogues: Record<Locale, Messages> = { fr: { ...french, ...memberFrench, ...staffFrench }, en: english };

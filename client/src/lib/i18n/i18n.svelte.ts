import { getContext, setContext } from 'svelte';
import type { AppError } from '#shared/contracts/errors.ts';
import type { Locale } from '#shared/contracts/identity.ts';
import { DEFAULT_COUNTRY, type CountryCode } from '#shared/domain/countries/countries.ts';
import { createFormats, type Formats } from './format.ts';
import { french, type Messages } from './messages.ts';

export interface I18n {
  readonly locale: Locale;
  /** The texts, in the language of now. */
  readonly m: Messages;
  readonly f: Formats;
  /** The country that runs the platform. */
  readonly country: CountryCode;
  setLocale(locale: Locale): void;
  setCountry(country: CountryCode): void;
  /** The sentence for an error. */
  sentence(error: Pick<AppError, 'code' | 'details'>): string;
}

const KEY = Symbol('i18n');
const STORED = 'vignette-locale';

/** Language and country of the page; French until the reader chose otherwise. */
export function provideI18n(): I18n {
  let locale = $state<Locale>('fr');
  /** The texts of `locale`. */
  let texts = $state.raw<Messages>(french);
  let country = $state<CountryCode>(DEFAULT_COUNTRY);
  /** The language asked for last: texts that come after another was asked for are not taken. */
  let wanted: Locale = 'fr';
  const formats = $derived(createFormats(locale, country));
  const i18n: I18n = {
    get locale() {
      return locale;
    },
    get m() {
      return texts;
    },
    get f() {
      return formats;
    },
    get country() {
      return country;
    },
    setLocale(next) {
      wanted = next;
      const show = (messages: Messages): void => {
        if (wanted !== next) return;
        texts = messages;
        locale = next;
        document.documentElement.lang = next;
      };
      if (next === 'fr') show(french);
      // Without a network the page stays in the language that it has.
      else
        void import('./english.ts').then(
          ({ english }) => show(english),
          () => undefined,
        );
      try {
        localStorage.setItem(STORED, next);
      } catch {
        // A browser that keeps nothing still shows the language now.
      }
    },
    setCountry(next) {
      country = next;
    },
    sentence({ code, details }) {
      const sentence = texts.errors[code];
      return typeof sentence === 'function' ? sentence(details ?? {}) : sentence;
    },
  };
  setContext(KEY, i18n);
  return i18n;
}

/** The language chosen in this browser earlier, if any. */
export function storedLocale(): Locale | null {
  try {
    const stored = localStorage.getItem(STORED);
    return stored === 'fr' || stored === 'en' ? stored : null;
  } catch {
    return null;
  }
}

export const useI18n = (): I18n => getContext<I18n>(KEY);

import {
  NOTICE_RULES,
  PreferenceCategory,
  type NoticeChannel,
  type NoticeKind,
  type NoticePreferences,
} from '#shared/contracts/notices.ts';

/** Confirmed addresses of a person; null where there is none. */
export interface Reach {
  email: string | null;
  phone: string | null;
}

/**
 * Until a person says otherwise: an e-mail of everything, an SMS (which costs) of taxes that fall due. Who has no e-mail address gets
 * what may cost money by SMS all the same (`channelsOf`).
 */
export const DEFAULT_PREFERENCES: NoticePreferences = {
  reminders: { email: true, sms: true },
  payments: { email: true, sms: false },
  documents: { email: true, sms: false },
};

/**
 * By which channels a notice goes to a person: those that they want and have. An obligatory one (security, receipts, money due) goes by
 * one channel at least, e-mail before SMS, whatever they want.
 */
export function channelsOf(kind: NoticeKind, reach: Reach, preferences: NoticePreferences): NoticeChannel[] {
  const { category, obligatory } = NOTICE_RULES[kind];
  const had = (
    [
      ['email', reach.email],
      ['sms', reach.phone],
    ] as const
  ).flatMap(([channel, address]) => (address === null ? [] : [channel]));
  const asked = PreferenceCategory.safeParse(category);
  const wanted = asked.success ? had.filter((channel) => preferences[asked.data][channel]) : [];
  return wanted.length > 0 || !obligatory ? wanted : had.slice(0, 1);
}

/** What a person wants after a link of theirs said that a category shall not come by a channel any more. */
export function without(preferences: NoticePreferences, category: PreferenceCategory, channel: NoticeChannel): NoticePreferences {
  return { ...preferences, [category]: { ...preferences[category], [channel]: false } };
}

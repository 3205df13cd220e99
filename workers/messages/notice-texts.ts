import type { Locale } from '#shared/contracts/identity.ts';
import type { NoticeTexts } from './notice-text.ts';
import { noticeTextsEn } from './notice-texts.en.ts';
import { noticeTextsFr } from './notice-texts.fr.ts';

/** What e-mails and SMS say of notices, by language. */
export const NOTICE_TEXTS: Record<Locale, NoticeTexts> = { fr: noticeTextsFr, en: noticeTextsEn };

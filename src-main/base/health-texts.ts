/**
 * Health texts: what checks say as data, a code and its values, and the words for it in each language.
 *
 * Flow: checks → `tellHealth(code, values)` → findings in the store → page and mail (their language). It stands here because health, host and
 * pages share it. Invariants: types hold what is told to the values that the English text names, and Chinese to the same codes; a
 * test holds it to the same values. Names and words of others stay as they are.
 */
import { ADVICE, ADVICE_CHINESE } from './health-words/advice.ts';
import { CLIENTS_AND_SAFETY, CLIENTS_AND_SAFETY_CHINESE } from './health-words/clients-and-safety.ts';
import { QUESTIONS, QUESTIONS_CHINESE } from './health-words/questions.ts';
import { RECEIVE_AND_SEND, RECEIVE_AND_SEND_CHINESE } from './health-words/receive-and-send.ts';
import { CHINESE_REASONS } from './health-words/reasons.ts';
import { TRUST, TRUST_CHINESE } from './health-words/trust.ts';
import type { NoticeLanguage } from './notice-language.ts';

const ENGLISH = { ...RECEIVE_AND_SEND, ...TRUST, ...CLIENTS_AND_SAFETY, ...ADVICE } as const;

export type HealthTextCode = keyof typeof ENGLISH;
export type HealthCheckId = keyof typeof QUESTIONS;

export const HEALTH_TEXTS: Readonly<Record<NoticeLanguage, Readonly<Record<HealthTextCode, string>>>> = {
  en: ENGLISH,
  'zh-CN': {
    ...RECEIVE_AND_SEND_CHINESE,
    ...TRUST_CHINESE,
    ...CLIENTS_AND_SAFETY_CHINESE,
    ...ADVICE_CHINESE,
  },
};

export const HEALTH_QUESTIONS: Readonly<Record<NoticeLanguage, Readonly<Record<HealthCheckId, string>>>> = {
  en: QUESTIONS,
  'zh-CN': QUESTIONS_CHINESE,
};

type Named<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Named<Rest>
  : never;
export type HealthValues<Told extends HealthTextCode> = Readonly<
  Record<Named<(typeof ENGLISH)[Told]>, string | number>
>;

interface ToldText {
  readonly code: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/** A sentence as data; types hold the values to what its text names. */
export function tellHealth<Told extends HealthTextCode>(code: Told, values: HealthValues<Told>): ToldText {
  return { code, values };
}

/** The sentence in words. A code of another version keeps its values readable. */
export function healthText({ code, values }: ToldText, language: NoticeLanguage = 'en'): string {
  const texts: Readonly<Record<string, string | undefined>> = HEALTH_TEXTS[language];
  const text = Object.hasOwn(texts, code) ? texts[code] : undefined;
  if (text === undefined) return [code, ...Object.values(values)].join(' ');
  return text.replace(/\{(\w+)\}/gu, (_, name: string) => {
    const value = String(values[name] ?? '');
    return name === 'reason' ? reasonIn(value, language) : value;
  });
}

export function healthQuestion(check: string, language: NoticeLanguage = 'en'): string {
  const questions: Readonly<Record<string, string | undefined>> = HEALTH_QUESTIONS[language];
  return (Object.hasOwn(questions, check) ? questions[check] : undefined) ?? check;
}

/** Reasons that Postroom itself gives have words in each language; those of others stay. */
function reasonIn(reason: string, language: NoticeLanguage): string {
  if (language === 'en') return reason;
  return Object.hasOwn(CHINESE_REASONS, reason) ? (CHINESE_REASONS[reason] ?? reason) : reason;
}

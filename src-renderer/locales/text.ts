/**
 * Text: the sentences of the page. `t` takes only keys that exist, so a misspelt one does not compile.
 */
import { createI18n } from 'vue-i18n';
import { en, type MessageKey } from './en.ts';
import type { Locale } from './locale.ts';
import { zhCn } from './zh-cn.ts';

export type { MessageKey } from './en.ts';
export type Translate = (key: MessageKey, params?: Readonly<Record<string, unknown>>) => string;

const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en, 'zh-CN': zhCn },
});

export const i18nPlugin = i18n;

export function setLocale(locale: Locale): void {
  i18n.global.locale.value = locale;
}

export function currentLocale(): Locale {
  return i18n.global.locale.value;
}

/** The sentence of a key. A number in `params.count` chooses the plural form. */
export function t(key: MessageKey, params: Readonly<Record<string, unknown>> = {}): string {
  const { count } = params;
  return typeof count === 'number'
    ? i18n.global.t(key, { ...params, count: formatCount(count) }, count)
    : i18n.global.t(key, params);
}

/** The sentence in a language of its own, whatever the page's: for letters to others. */
export function tIn(locale: Locale, key: MessageKey, params: Readonly<Record<string, unknown>> = {}): string {
  return i18n.global.t(key, params, { locale });
}

function formatCount(count: number): string {
  return new Intl.NumberFormat(currentLocale()).format(count);
}

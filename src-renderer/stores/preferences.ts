/** Preferences store: language and theme of this browser; both follow the system unless told otherwise. */
import { defineStore } from 'pinia';
import { computed, ref, watchEffect } from 'vue';
import { type Locale, LOCALES } from '../locales/locale.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';
export type LocaleChoice = 'system' | Locale;

const THEME_KEY = 'postroom.theme';
const LOCALE_KEY = 'postroom.locale';

export const usePreferencesStore = defineStore('preferences', () => {
  const theme = ref<ThemeChoice>(recall(THEME_KEY, ['system', 'light', 'dark']));
  const localeChoice = ref<LocaleChoice>(recall(LOCALE_KEY, ['system', ...LOCALES]));
  const systemIsDark = ref(followSystem((isDark) => (systemIsDark.value = isDark)));

  const isDark = computed(() => theme.value === 'dark' || (theme.value === 'system' && systemIsDark.value));
  const locale = computed<Locale>(() =>
    localeChoice.value === 'system' ? systemLocale() : localeChoice.value,
  );

  watchEffect(() => {
    document.documentElement.classList.toggle('dark', isDark.value);
    document.documentElement.lang = locale.value;
    remember(THEME_KEY, theme.value);
    remember(LOCALE_KEY, localeChoice.value);
  });

  return { theme, localeChoice, isDark, locale };
});

function systemLocale(): Locale {
  return navigator.languages.some((language) => language.toLowerCase().startsWith('zh')) ? 'zh-CN' : 'en';
}

function followSystem(onChange: (isDark: boolean) => void): boolean {
  const query = window.matchMedia('(prefers-color-scheme: dark)');
  query.addEventListener('change', (event) => onChange(event.matches));
  return query.matches;
}

function recall<Choice extends string>(key: string, choices: readonly Choice[]): Choice {
  const kept = localStorage.getItem(key);
  const [first] = choices;
  const found = choices.find((choice) => choice === kept) ?? first;
  if (found === undefined) throw new Error('no choices');
  return found;
}

function remember(key: string, choice: string): void {
  localStorage.setItem(key, choice);
}

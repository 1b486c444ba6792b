/** Help links: which chapter of the guide tells of a page. A test holds that each page has one, and that chapter and anchor exist. */
import type { Locale } from '../../locales/locale.ts';

/** By the name of the route. */
const ANCHORS: Readonly<Record<string, string>> = {
  overview: 'pages#overview',
  queue: 'pages#queue',
  messages: 'pages#messages',
  transcripts: 'pages#transcripts',
  accounts: 'pages#accounts',
  accountRules: 'pages#account-rules',
  moveIn: 'moving-in#console',
  filters: 'pages#filters',
  health: 'pages#health',
  deliveryTest: 'pages#delivery-test',
  relay: 'pages#relay',
  reports: 'pages#reports',
  signIns: 'pages#sign-ins',
  settings: 'pages#settings-general',
  profile: 'pages#profile',
  setup: 'first-hour#setup',
};

/** By the tab of the settings. */
const SETTINGS: Readonly<Record<string, string>> = {
  certificates: 'pages#settings-certificates',
  backups: 'backups#first',
  encryption: 'pages#settings-encryption',
  retention: 'pages#settings-retention',
  running: 'pages#settings-running',
  administrators: 'pages#settings-administrators',
  audit: 'pages#settings-audit',
};

const START = 'first-hour#start';

/** `chapter#anchor`; null: this page has none. */
export function helpPlace(route: string, tab: string | null): string | null {
  return (route === 'settings' && tab !== null ? SETTINGS[tab] : ANCHORS[route]) ?? null;
}

/** Where the server serves it, in the reader's language. */
export function helpPath(locale: Locale, place: string | null): string {
  const [chapter = '', anchor = ''] = (place ?? START).split('#');
  return `/help/${locale}/${chapter}.html#${anchor}`;
}

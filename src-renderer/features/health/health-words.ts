/** Health in words and colours: states, subjects, and where fixes lead. */
import type { RouteLocationRaw } from 'vue-router';
import type { HealthFix, HealthKey, HealthRow, HealthState } from '../../../src-main/contract/health.ts';
import { healthQuestion, healthText } from '../../../src-main/contract/health-texts.ts';
import { currentLocale, t } from '../../locales/text.ts';
import type { Tone } from '../../ui/StatusMark.vue';

export const CARDS = ['receive', 'send', 'trust', 'clients', 'safe'] as const;
export const STATES = ['error', 'warning', 'undetermined', 'ok'] as const;

const TONES: Readonly<Record<HealthState, Tone>> = {
  ok: 'ok',
  warning: 'warning',
  error: 'error',
  undetermined: 'off',
};

const RANK: Readonly<Record<HealthState, number>> = { error: 0, warning: 1, undetermined: 2, ok: 3 };

export function toneOf(state: HealthState): Tone {
  return TONES[state];
}

/** One text for a row, for the address. */
export function nameOfRow({ check, domain, subject }: HealthKey): string {
  return [check, domain, subject].join('~');
}

export function questionOf({ check }: Pick<HealthKey, 'check'>): string {
  return healthQuestion(check, currentLocale());
}

export function tellText(text: HealthRow['text']): string {
  return healthText(text, currentLocale());
}

/** What the row is about, in words. */
export function subjectOf({ subject, check }: HealthKey): string {
  if (subject === '') return t('health.server');
  return check === 'listenersAnswer' ? subject.toUpperCase() : subject;
}

/** Worst first; what is ignored counts as in order. */
export function byState(rows: readonly HealthRow[]): readonly HealthRow[] {
  return rows.toSorted((one, other) => RANK[one.state] - RANK[other.state]);
}

export function countStates(rows: readonly HealthRow[]): Readonly<Record<HealthState | 'ignored', number>> {
  const counts = { ok: 0, warning: 0, error: 0, undetermined: 0, ignored: 0 };
  for (const row of rows) counts[row.ignored === null ? row.state : 'ignored']++;
  return counts;
}

type PageFix = Extract<HealthFix, { kind: 'page' }>;

const PLACES: Readonly<Record<PageFix['page'], RouteLocationRaw>> = {
  accounts: '/accounts',
  certificates: '/settings/certificates',
  domains: '/accounts/domains',
  listeners: '/settings#listeners',
  queue: '/queue',
  relay: '/relay',
  reports: '/reports',
  settings: '/settings#identity',
  signIns: '/sign-ins',
  signingKeys: '/accounts/domains',
  encryption: '/settings/encryption',
  backups: '/settings/backups',
  running: '/settings/running',
};

export function placeOf({ page }: PageFix): RouteLocationRaw {
  return PLACES[page];
}

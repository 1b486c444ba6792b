/** What backups are told in. */
import type {
  BackupJobView,
  BackupPlan,
  BackupsView,
  BackupTroubleView,
} from '../../../../src-main/contract/backups.ts';
import { currentLocale, t } from '../../../locales/text.ts';
import { formatBytes, formatNumber } from '../../../ui/format.ts';

export type ScheduleKind = 'off' | 'hourly' | 'daily' | 'weekly';

export function troubleText({ code }: BackupTroubleView): string {
  return t(`backups.trouble.${code}`);
}

/** What is wrong becomes an error with a sentence, for useAction. */
export class BackupTroubleError extends Error {
  override name = 'BackupTroubleError' as const;
}

/** The day of the week as it is called; 0: Sunday. */
export function weekdayName(weekday: number): string {
  // 4 January 1970 was a Sunday.
  const at = Date.UTC(1970, 0, 4 + weekday);
  return new Intl.DateTimeFormat(currentLocale(), { weekday: 'long', timeZone: 'UTC' }).format(at);
}

export function scheduleText({ schedule }: BackupPlan): string {
  switch (schedule?.kind) {
    case undefined:
      return t('backups.plan.kinds.off');
    case 'hourly':
      return t('backups.plan.kinds.hourly');
    case 'daily':
      return t('backups.plan.at', { kind: t('backups.plan.kinds.daily'), hour: schedule.hour });
    case 'weekly':
      return t('backups.plan.onDay', { day: weekdayName(schedule.weekday), hour: schedule.hour });
  }
}

export type TrialKind = 'off' | 'always' | 'weekly' | 'monthly';

const TRIAL_DAYS: Readonly<Record<TrialKind, number | null>> = {
  off: null,
  always: 0,
  weekly: 7,
  monthly: 30,
};

export function trialDays(kind: TrialKind): number | null {
  return TRIAL_DAYS[kind];
}

export function trialKind({ trialEveryDays }: BackupPlan): TrialKind {
  if (trialEveryDays === null) return 'off';
  if (trialEveryDays === 0) return 'always';
  return trialEveryDays <= 7 ? 'weekly' : 'monthly';
}

export function runResult({
  trouble,
  trialFindings,
  damaged,
  addedOctets,
}: BackupsView['runs'][number]): string {
  if (trouble !== null) return `${troubleText(trouble)} (${trouble.message})`;
  const parts: string[] = [];
  if (addedOctets !== null) parts.push(t('backups.runs.added', { size: formatBytes(addedOctets) }));
  if (trialFindings !== null)
    parts.push(trialFindings.length === 0 ? t('backups.runs.tried') : trialFindings.join('; '));
  if (damaged.length > 0) parts.push(t('backups.runs.damaged', { names: damaged.join(', ') }));
  return parts.join(' · ');
}

/** How far it is. */
export function jobText({ kind, progress }: BackupJobView): string {
  const { phase, doneOctets, totalOctets, doneFiles, totalFiles, movedOctets, messages, skipped } = progress;
  const found = [t(`backups.job.phases.${phase}`)];
  if (totalOctets > 0)
    found.push(t('backups.job.octets', { done: formatBytes(doneOctets), total: formatBytes(totalOctets) }));
  if (phase === 'storing' && totalFiles > 1)
    found.push(t('backups.job.files', { done: formatNumber(doneFiles), total: formatNumber(totalFiles) }));
  if (movedOctets > 0) found.push(t('backups.job.moved', { moved: formatBytes(movedOctets) }));
  if (kind === 'mail')
    found.push(
      t('backups.job.messages', { messages: formatNumber(messages), skipped: formatNumber(skipped) }),
    );
  return found.join(' · ');
}

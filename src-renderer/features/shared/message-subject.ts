/** A message's subject as lists show it. */
import { t } from '../../locales/text.ts';

/** null: the reader's role may not see it. */
export function subjectText(subject: string | null): string {
  if (subject === null) return t('messages.subjectHidden');
  return subject === '' ? t('messages.noSubject') : subject;
}

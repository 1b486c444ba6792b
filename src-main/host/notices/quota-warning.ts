/** What an account is told when its mailboxes are nearly full, in each language. */
import type { NoticeLanguage } from '../../base/notice-language.ts';
import type { NoticeText } from './notice-text.ts';

type Compose = (address: string, percent: number) => NoticeText;

const TEXTS: Readonly<Record<NoticeLanguage, Compose>> = {
  en: (address, percent) => ({
    subject: `Your mailbox is ${percent} % full`,
    lines: [
      `The mailboxes of ${address} are ${percent} % full.`,
      'When they are full, new mail for you is refused. Delete what you do not need, and empty the Trash;',
      'or ask your administrator for a larger limit.',
    ],
  }),
  'zh-CN': (address, percent) => ({
    subject: `邮箱已使用 ${percent}%`,
    lines: [
      `${address} 的邮箱已使用 ${percent}%。`,
      '邮箱满后，发给您的新邮件会被拒收。请删除不需要的邮件并清空“已删除邮件”，或请管理员提高限额。',
    ],
  }),
};

export function composeQuotaWarning(
  language: NoticeLanguage,
  { address, percent }: { address: string; percent: number },
): NoticeText {
  return TEXTS[language](address, percent);
}

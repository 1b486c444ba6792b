/**
 * What moderators are told, in their language. Invariants: every language has every text; what a stranger wrote is one bounded line.
 */
import type { NoticeLanguage } from '../../../base/notice-language.ts';
import { oneLine } from '../../../format/one-line.ts';

/** Of an author, a subject, first words. */
const MOST_CHARACTERS = 400;

export interface WaitingMessage {
  readonly group: string;
  readonly author: string;
  readonly subject: string;
  /** The first words of its text. */
  readonly preview: string;
  /** Where an answer refuses it. */
  readonly refuseAt: string;
}

export interface ModerationText {
  readonly subject: string;
  readonly lines: readonly string[];
}

interface Texts {
  readonly noSubject: string;
  readonly ask: (message: WaitingMessage) => ModerationText;
  readonly decidedAlready: (group: string) => ModerationText;
}

const EN: Texts = {
  noSubject: '(no subject)',
  ask: ({ group, author, subject, preview, refuseAt }) => ({
    subject: `Approve or refuse: ${subject} (for ${group})`,
    lines: [
      `A message for ${group} waits for a moderator:`,
      '',
      `    From:     ${author}`,
      `    Subject:  ${subject}`,
      ...(preview === '' ? [] : ['', `    ${preview}`]),
      '',
      'To APPROVE it, answer this mail. What you write in it does not matter.',
      'To REFUSE it, write to this address instead; its author is told:',
      '',
      `    <mailto:${refuseAt}?subject=Refuse>`,
      '',
      'The first answer of a moderator counts. If nobody answers, the message goes on waiting.',
    ],
  }),
  decidedAlready: (group) => ({
    subject: `Already decided: a message for ${group}`,
    lines: [
      `Your answer about a message for ${group} came when it had been decided on already,`,
      'by another moderator or by an administrator. Nothing was changed.',
    ],
  }),
};

const ZH_CN: Texts = {
  noSubject: '（无主题）',
  ask: ({ group, author, subject, preview, refuseAt }) => ({
    subject: `请审核：${subject}（发给 ${group}）`,
    lines: [
      `有一封发给 ${group} 的邮件等待审核：`,
      '',
      `    发件人：${author}`,
      `    主题：　${subject}`,
      ...(preview === '' ? [] : ['', `    ${preview}`]),
      '',
      '若要批准，直接回复本邮件即可，内容不限。',
      '若要拒绝，请改为写信到以下地址；作者会收到通知：',
      '',
      `    <mailto:${refuseAt}?subject=Refuse>`,
      '',
      '以第一位审核人的答复为准。若无人答复，邮件会继续等待。',
    ],
  }),
  decidedAlready: (group) => ({
    subject: `已有决定：发给 ${group} 的邮件`,
    lines: [`您对发给 ${group} 的邮件的答复到达时，其他审核人或管理员已作出决定。未作任何更改。`],
  }),
};

const TEXTS: Readonly<Record<NoticeLanguage, Texts>> = { en: EN, 'zh-CN': ZH_CN };

export function askModerators(language: NoticeLanguage, message: WaitingMessage): ModerationText {
  const { noSubject, ask } = TEXTS[language];
  const subject = oneLine(message.subject, MOST_CHARACTERS);
  return ask({
    ...message,
    author: oneLine(message.author, MOST_CHARACTERS),
    subject: subject === '' ? noSubject : subject,
    preview: oneLine(message.preview, MOST_CHARACTERS),
  });
}

export function tellDecidedAlready(language: NoticeLanguage, group: string): ModerationText {
  return TEXTS[language].decidedAlready(group);
}

/** The message that Setup sends at its end, in each language. */
import type { NoticeLanguage } from '../../base/notice-language.ts';
import type { NoticeText } from './notice-text.ts';

const TEXTS: Readonly<Record<NoticeLanguage, (hostname: string) => NoticeText>> = {
  en: (hostname) => ({
    subject: 'Postroom test message',
    lines: [
      `This message went through ${hostname}: into the queue, through routing, into your INBOX.`,
      'If you can read it in your mail program, receiving works.',
    ],
  }),
  'zh-CN': (hostname) => ({
    subject: 'Postroom 测试邮件',
    lines: [
      `本邮件经过了 ${hostname}：进入队列，经过路由，投递到您的收件箱。`,
      '如果您能在邮件程序中读到它，说明收信正常。',
    ],
  }),
};

export function composeTestMessage(language: NoticeLanguage, hostname: string): NoticeText {
  return TEXTS[language](hostname);
}

/** What the owner of a filter script that failed is told, in each language. */
import type { NoticeLanguage } from '../../../../base/notice-language.ts';

interface Problem {
  readonly script: string;
  readonly account: string;
  readonly line: number;
  /** As the script's checker and runner say it, in English. */
  readonly text: string;
}

interface ProblemText {
  readonly subject: string;
  readonly lines: readonly string[];
}

const TEXTS: Readonly<Record<NoticeLanguage, (problem: Problem) => ProblemText>> = {
  en: ({ script, account, line, text }) => ({
    subject: `The filter script "${script}" does not work`,
    lines: [
      `The filter script "${script}" could not be run on a message that arrived for ${account}:`,
      '',
      `    line ${line}: ${text}.`,
      '',
      'Nothing is lost: the message was kept, and so will others be until the script is mended.',
      'You are told of this once for each text of the script.',
    ],
  }),
  'zh-CN': ({ script, account, line, text }) => ({
    subject: `过滤脚本“${script}”无法运行`,
    lines: [
      `过滤脚本“${script}”未能处理发给 ${account} 的一封邮件：`,
      '',
      `    第 ${line} 行：${text}`,
      '',
      '没有邮件丢失：该邮件已保留，脚本修好之前的其他邮件也会保留。',
      '同一脚本内容只通知一次。',
    ],
  }),
};

export function describeProblem(language: NoticeLanguage, problem: Problem): ProblemText {
  return TEXTS[language](problem);
}

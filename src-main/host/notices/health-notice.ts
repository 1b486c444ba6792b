/** What administrators are told of this server's health, in each language: only what has changed. */
import { healthQuestion, healthText } from '../../base/health-texts.ts';
import type { NoticeLanguage } from '../../base/notice-language.ts';
import { oneLine } from '../../format/one-line.ts';
import type { StoredFinding } from '../../health/store-port.ts';
import type { NoticeText } from './notice-text.ts';

/** More than anybody reads; the rest is a number. */
const MOST_LISTED = 30;
/** RFC 5322 §2.1.1: 998 octets; a Chinese character has three. */
const MOST_CHARACTERS = 300;

export interface HealthNews {
  readonly hostname: string;
  readonly worse: readonly StoredFinding[];
  readonly better: readonly StoredFinding[];
  /** null: nobody has said how people reach the console. */
  readonly consoleUrl: string | null;
}

interface Words {
  readonly subject: (hostname: string, worse: number, better: number) => string;
  readonly worse: string;
  readonly better: string;
  readonly more: (count: number) => string;
  readonly error: string;
  readonly warning: string;
  readonly ok: string;
  readonly where: (url: string) => string;
  readonly open: string;
}

const TEXTS: Readonly<Record<NoticeLanguage, Words>> = {
  en: {
    subject: (hostname, worse, better) =>
      worse > 0 ? `${hostname}: ${worse} thing(s) got worse` : `${hostname}: ${better} thing(s) got better`,
    worse: 'Got worse:',
    better: 'Got better:',
    more: (count) => `… and ${count} more`,
    error: 'ERROR',
    warning: 'WARNING',
    ok: 'OK',
    where: (url) => `What puts each of them right stands at ${url}`,
    open: 'What puts each of them right stands on the page Health of the console.',
  },
  'zh-CN': {
    subject: (hostname, worse, better) =>
      worse > 0 ? `${hostname}：${worse} 项变差` : `${hostname}：${better} 项好转`,
    worse: '变差：',
    better: '好转：',
    more: (count) => `……另有 ${count} 项`,
    error: '错误',
    warning: '警告',
    ok: '正常',
    where: (url) => `修复方法见 ${url}`,
    open: '修复方法见控制台的“健康”页面。',
  },
};

export function composeHealthNotice(language: NoticeLanguage, news: HealthNews): NoticeText {
  const words = TEXTS[language];
  const { hostname, worse, better, consoleUrl } = news;
  const listed = (title: string, rows: readonly StoredFinding[]): readonly string[] =>
    rows.length === 0 ? [] : [title, '', ...rows.slice(0, MOST_LISTED).flatMap(told), ...rest(rows), ''];
  const told = ({ finding }: StoredFinding): readonly string[] => {
    const state = words[finding.state === 'undetermined' ? 'ok' : finding.state];
    const subject = finding.subject === '' ? hostname : finding.subject;
    return [
      `  ${state}: ${oneLine(`${healthQuestion(finding.check, language)} (${subject})`, MOST_CHARACTERS)}`,
      `    ${oneLine(healthText(finding.text, language), MOST_CHARACTERS)}`,
    ];
  };
  const rest = (rows: readonly StoredFinding[]): readonly string[] =>
    rows.length > MOST_LISTED ? [words.more(rows.length - MOST_LISTED)] : [];
  const end =
    consoleUrl === null || !URL.canParse(consoleUrl)
      ? words.open
      : words.where(new URL('/health', consoleUrl).href);
  return {
    subject: words.subject(hostname, worse.length, better.length),
    lines: [...listed(words.worse, worse), ...listed(words.better, better), end],
  };
}

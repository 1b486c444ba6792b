/** What a digest of the quarantine says, in words and in HTML, in each language. */
import { textOf } from '../../base/finding-texts.ts';
import type { NoticeLanguage } from '../../base/notice-language.ts';
import { escapeHtml } from '../../format/escape-html.ts';
import { reasonOf, type QuarantinedMessage } from '../../mail/screening/quarantine/port.ts';
import type { NoticeText } from './notice-text.ts';
import { oneLine } from '../../format/one-line.ts';

/** Of a name, subject or reason; lines of a message are bounded (RFC 5322 §2.1.1), and so is patience. */
const MOST_CHARACTERS = 120;

export interface Digest {
  readonly account: string;
  /** May be more than are listed. */
  readonly total: number;
  /** Without a link where nobody has said how people reach the console. */
  readonly entries: readonly { readonly message: QuarantinedMessage; readonly link: string | null }[];
}

interface Words {
  readonly language: NoticeLanguage;
  readonly subject: (total: number) => string;
  readonly intro: (account: string) => string;
  readonly more: (count: number) => string;
  readonly release: string;
  readonly releaseAt: string;
  readonly releaseOnly: string;
  readonly askAdministrator: string;
  readonly from: string;
  readonly about: string;
  readonly why: string;
  readonly noSubject: string;
}

const TEXTS: Readonly<Record<NoticeLanguage, Words>> = {
  en: {
    language: 'en',
    subject: (total) => `${total === 1 ? '1 message is' : `${total} messages are`} in your quarantine`,
    intro: (account) => `New messages for ${account} that look like junk or worse were kept apart:`,
    more: (count) => `… and ${count} more`,
    release: 'Release',
    releaseAt: 'Release:',
    releaseOnly: 'Release only what you expected. What nobody releases is deleted after a while.',
    askAdministrator:
      'To have one of them, ask your administrator to release it. The others are deleted after a while.',
    from: 'From:',
    about: 'Subject:',
    why: 'Why:',
    noSubject: '(no subject)',
  },
  'zh-CN': {
    language: 'zh-CN',
    subject: (total) => `隔离区有 ${total} 封新邮件`,
    intro: (account) => `以下发给 ${account} 的新邮件因可疑而被隔离：`,
    more: (count) => `……另有 ${count} 封`,
    release: '放行',
    releaseAt: '放行：',
    releaseOnly: '请只放行您预期收到的邮件。无人放行的邮件将在一段时间后删除。',
    askAdministrator: '如需其中某封邮件，请联系管理员放行。其余邮件将在一段时间后删除。',
    from: '发件人：',
    about: '主题：',
    why: '原因：',
    noSubject: '（无主题）',
  },
};

export function composeDigest(language: NoticeLanguage, digest: Digest): Required<NoticeText> {
  const words = TEXTS[language];
  const { account, total, entries } = digest;
  const unlisted = total - entries.length;
  const frame = {
    intro: words.intro(account),
    more: unlisted === 0 ? '' : words.more(unlisted),
    outro: entries.every(({ link }) => link !== null) ? words.releaseOnly : words.askAdministrator,
  };
  const shown = entries.map(({ message, link }) => ({ ...shownOf(message, language), link }));
  return {
    subject: words.subject(total),
    lines: inWords(shown, frame, words),
    html: inHtml(shown, frame, words),
  };
}

type Frame = Readonly<Record<'intro' | 'more' | 'outro', string>>;
type Shown = Readonly<Record<'author' | 'subject' | 'reason', string>> & { readonly link: string | null };

function inWords(shown: readonly Shown[], { intro, more, outro }: Frame, words: Words): readonly string[] {
  const listed = shown.flatMap(({ author, subject, reason, link }) => [
    `  ${words.from} ${author}`,
    `  ${words.about} ${subject}`,
    `  ${words.why} ${reason}`,
    ...(link === null ? [] : [`  ${words.releaseAt} ${link}`]),
    '',
  ]);
  return [intro, '', ...listed, ...(more === '' ? [] : [more, '']), outro];
}

function inHtml(shown: readonly Shown[], { intro, more, outro }: Frame, words: Words): readonly string[] {
  const listed = shown.flatMap(({ author, subject, reason, link }) => [
    '<tr><td style="padding:8px 0;border-top:1px solid #ccc">',
    `<b>${escapeHtml(subject)}</b><br>`,
    `${escapeHtml(author)}<br>`,
    `<small>${escapeHtml(reason)}</small></td>`,
    '<td style="padding:8px 0 8px 24px;border-top:1px solid #ccc;white-space:nowrap">',
    link === null ? '' : `<a href="${escapeHtml(link)}">${words.release}</a>`,
    '</td></tr>',
  ]);
  return [
    `<!doctype html><html lang="${words.language}"><meta charset="utf-8"><body style="font-family:sans-serif">`,
    paragraph(intro),
    '<table style="border-collapse:collapse">',
    ...listed,
    '</table>',
    ...(more === '' ? [] : [paragraph(more)]),
    paragraph(outro),
    '</body></html>',
  ];
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

function shownOf(message: QuarantinedMessage, language: NoticeLanguage): Omit<Shown, 'link'> {
  const { author, reversePath, subject, verdict } = message;
  return {
    author: oneLine(author === '' ? reversePath : author, MOST_CHARACTERS),
    subject: subject === '' ? TEXTS[language].noSubject : oneLine(subject, MOST_CHARACTERS),
    reason: oneLine(textOf(reasonOf(verdict), language), MOST_CHARACTERS),
  };
}

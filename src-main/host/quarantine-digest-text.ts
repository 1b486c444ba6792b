/** What a digest of the quarantine says: in words and in HTML, in the console's two languages, since nobody knows which one is read. */
import { textOf } from '../base/finding-texts.ts';
import { escapeHtml } from '../format/escape-html.ts';
import { reasonOf, type QuarantinedMessage } from '../mail/screening/quarantine/port.ts';
import type { OwnMessage } from './own-message.ts';

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
  readonly intro: readonly string[];
  readonly outro: readonly string[];
  readonly more: string;
}

export function composeDigest(digest: Digest): Required<Pick<OwnMessage, 'subject' | 'lines' | 'html'>> {
  const { total } = digest;
  const english = total === 1 ? '1 message is' : `${total} messages are`;
  return {
    subject: `${english} in your quarantine (隔离区有 ${total} 封新邮件)`,
    lines: inWords(digest, wordsOf(digest)),
    html: inHtml(digest, wordsOf(digest)),
  };
}

function wordsOf({ account, total, entries }: Digest): Words {
  const hasLinks = entries.every(({ link }) => link !== null);
  const unlisted = total - entries.length;
  return {
    intro: [
      `New messages for ${account} that look like junk or worse were kept apart:`,
      `以下发给 ${account} 的新邮件因可疑而被隔离：`,
    ],
    more: unlisted === 0 ? '' : `… and ${unlisted} more (另有 ${unlisted} 封)`,
    outro: hasLinks
      ? [
          'Release only what you expected. What nobody releases is deleted after a while.',
          '请只放行您预期收到的邮件。无人放行的邮件将在一段时间后删除。',
        ]
      : [
          'To have one of them, ask your administrator to release it. The others are deleted after a while.',
          '如需其中某封邮件，请联系管理员放行。其余邮件将在一段时间后删除。',
        ],
  };
}

function inWords({ entries }: Digest, { intro, more, outro }: Words): readonly string[] {
  const listed = entries.flatMap(({ message, link }) => {
    const { author, subject, reason } = shownOf(message);
    return [
      `  From (发件人): ${author}`,
      `  Subject (主题): ${subject}`,
      `  Why (原因): ${reason}`,
      ...(link === null ? [] : [`  Release (放行): ${link}`]),
      '',
    ];
  });
  return [...intro, '', ...listed, ...(more === '' ? [] : [more, '']), ...outro];
}

function inHtml({ entries }: Digest, { intro, more, outro }: Words): readonly string[] {
  const listed = entries.flatMap(({ message, link }) => {
    const { author, subject, reason } = shownOf(message);
    return [
      '<tr style="border-top:1px solid #ccc"><td style="padding:8px 0">',
      `<b>${escapeHtml(subject)}</b><br>`,
      `${escapeHtml(author)}<br>`,
      `<small>${escapeHtml(reason)}</small></td>`,
      '<td style="padding:8px 0 8px 24px;white-space:nowrap">',
      link === null ? '' : `<a href="${escapeHtml(link)}">Release (放行)</a>`,
      '</td></tr>',
    ];
  });
  return [
    '<!doctype html><html><body style="font-family:sans-serif">',
    ...intro.map(paragraph),
    '<table style="border-collapse:collapse">',
    ...listed,
    '</table>',
    ...(more === '' ? [] : [paragraph(more)]),
    ...outro.map(paragraph),
    '</body></html>',
  ];
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

function shownOf(message: QuarantinedMessage): { author: string; subject: string; reason: string } {
  const { author, reversePath, subject } = message;
  return {
    author: oneLine(author === '' ? reversePath : author),
    subject: subject === '' ? '(no subject, 无主题)' : oneLine(subject),
    reason: oneLine(textOf(reasonOf(message.verdict))),
  };
}

/** No stranger writes lines of ours. */
function oneLine(text: string): string {
  const characters = Array.from(text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim());
  return characters.length <= MOST_CHARACTERS
    ? characters.join('')
    : `${characters.slice(0, MOST_CHARACTERS).join('')}…`;
}

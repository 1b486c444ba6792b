/**
 * What a DSN says to people: its subject and its text, in their language.
 *
 * Flow: dsn.ts puts the text into the first part of the report (RFC 3464 §2). Invariants: every language has every text; the
 * reason is said in plain words first, the other server's own words follow.
 */
import type { NoticeLanguage } from '../base/notice-language.ts';
import { formatDateTime } from './date-time.ts';
import type { DeliveryStatus, DsnAction, RecipientStatus } from './dsn-status.ts';

export type DsnLanguage = NoticeLanguage;

/** What returns with the report. */
export type ReturnedPart = 'message' | 'headers' | 'nothing';

interface DsnTexts {
  readonly systemName: string;
  readonly subjects: Readonly<Record<DsnAction, string>>;
  readonly yourMessage: string;
  readonly greeting: (hostname: string) => string;
  readonly about: (subject: string, arrivedAt: string) => string;
  readonly headings: Readonly<Record<DsnAction, string>>;
  readonly reply: (remoteMta: string | undefined, diagnostic: string) => string;
  readonly retriedUntil: (time: string) => string;
  readonly returned: Readonly<Record<ReturnedPart, string>>;
  /** By enhanced status code without its class, then by class. */
  readonly reasons: Readonly<Record<string, string>>;
}

const EN: DsnTexts = {
  systemName: 'Mail Delivery System',
  subjects: {
    failed: 'Not delivered: ',
    delayed: 'Delayed: ',
    delivered: 'Delivered: ',
    relayed: 'Handed on: ',
    expanded: 'Delivered: ',
  },
  yourMessage: 'your message',
  greeting: (hostname) => `This is the mail server ${hostname}.`,
  about: (subject, arrivedAt) => `It tells you about ${subject}, which it received on ${arrivedAt}.`,
  headings: {
    failed: 'It could NOT be delivered to:',
    delayed: 'It has not been delivered yet to the following recipients. You need not send it again:',
    delivered: 'It was delivered to:',
    relayed: 'It was handed to another server, which does not send confirmations, for:',
    expanded: 'It was passed on to the members of:',
  },
  reply: (remoteMta, diagnostic) =>
    remoteMta === undefined ? `(${diagnostic})` : `The server ${remoteMta} answered: ${diagnostic}`,
  retriedUntil: (time) => `It will be tried again until ${time}.`,
  returned: {
    message: 'Your message is attached.',
    headers: 'The header section of your message is attached.',
    nothing: 'Your message could not be attached.',
  },
  reasons: {
    '1.1': 'There is no mailbox of this name. Check the spelling of the address.',
    '1.2': 'The domain after the @ does not exist or takes no mail. Check its spelling.',
    '1.3': 'This is not a well-formed address.',
    '1.10': 'The domain after the @ takes no mail.',
    '2.1': 'The mailbox is switched off.',
    '2.2': 'The mailbox is full. Ask the recipient another way to make room.',
    '2.3': 'The message is too large for this mailbox.',
    '3.4': 'The message is too large for the other server.',
    '4.1': 'The other server does not answer.',
    '4.4': 'The way to the other server could not be found.',
    '4.6': 'The message went in circles between servers.',
    '4.7': 'It was tried for days without success, and will not be tried again.',
    '7.1': 'The other server refuses this message by its rules.',
    '4': 'At the moment it does not work.',
    '5': 'It was refused for good.',
  },
};

const ZH_CN: DsnTexts = {
  systemName: '邮件投递系统',
  subjects: {
    failed: '未能投递：',
    delayed: '投递延迟：',
    delivered: '已投递：',
    relayed: '已转交：',
    expanded: '已投递：',
  },
  yourMessage: '您的邮件',
  greeting: (hostname) => `这里是邮件服务器 ${hostname}。`,
  about: (subject, arrivedAt) => `现就${subject}通知您，本服务器于 ${arrivedAt} 收到该邮件。`,
  headings: {
    failed: '未能投递给：',
    delayed: '尚未投递给下列收件人，您无需重新发送：',
    delivered: '已投递给：',
    relayed: '已为下列收件人转交给另一台服务器，该服务器不发送确认：',
    expanded: '已转发给下列地址的成员：',
  },
  reply: (remoteMta, diagnostic) =>
    remoteMta === undefined ? `（${diagnostic}）` : `服务器 ${remoteMta} 的答复：${diagnostic}`,
  retriedUntil: (time) => `将继续尝试，直到 ${time}。`,
  returned: {
    message: '您的邮件附在后面。',
    headers: '您的邮件的头部附在后面。',
    nothing: '无法附上您的邮件。',
  },
  reasons: {
    '1.1': '没有这个名称的邮箱，请检查地址的拼写。',
    '1.2': '@ 后面的域名不存在或不接收邮件，请检查拼写。',
    '1.3': '这不是格式正确的地址。',
    '1.10': '@ 后面的域名不接收邮件。',
    '2.1': '该邮箱已停用。',
    '2.2': '该邮箱已满，请用其他方式告知收件人清理空间。',
    '2.3': '邮件对该邮箱而言太大。',
    '3.4': '邮件对对方服务器而言太大。',
    '4.1': '对方服务器没有应答。',
    '4.4': '找不到通往对方服务器的路径。',
    '4.6': '邮件在服务器之间循环。',
    '4.7': '多日尝试均未成功，不再继续。',
    '7.1': '对方服务器按其规则拒收此邮件。',
    '4': '目前无法投递。',
    '5': '邮件被永久拒收。',
  },
};

const TEXTS: Readonly<Record<DsnLanguage, DsnTexts>> = { en: EN, 'zh-CN': ZH_CN };

/** What weighs most comes first and gives the report its subject. */
const ACTIONS: readonly DsnAction[] = ['failed', 'delayed', 'relayed', 'expanded', 'delivered'];

/** A subject is quoted up to here: a report's own subject stays readable. */
const MAX_QUOTED_SUBJECT = 120;

export function dsnSystemName(language: DsnLanguage): string {
  return TEXTS[language].systemName;
}

/** `subject`: of the message it is about, decoded; may be empty. */
export function dsnSubject(language: DsnLanguage, status: DeliveryStatus, subject: string): string {
  const texts = TEXTS[language];
  const action = ACTIONS.find((each) => status.recipients.some((recipient) => recipient.action === each));
  return texts.subjects[action ?? 'failed'] + (shorten(subject) || texts.yourMessage);
}

/** The text for people, lines ended by CRLF. */
export function dsnText(
  language: DsnLanguage,
  status: DeliveryStatus,
  about: { subject: string; returned: ReturnedPart },
): string {
  const texts = TEXTS[language];
  const quoted = about.subject === '' ? '' : ` "${shorten(about.subject)}"`;
  const paragraphs = [
    [
      texts.greeting(status.reportingMta),
      texts.about(texts.yourMessage + quoted, formatDateTime(status.arrivedAt)),
    ],
    ...ACTIONS.flatMap((action) => describeRecipients(texts, status, action)),
    [texts.returned[about.returned]],
  ];
  return paragraphs.map((lines) => lines.map((line) => `${line}\r\n`).join('')).join('\r\n');
}

function describeRecipients(texts: DsnTexts, status: DeliveryStatus, action: DsnAction): string[][] {
  const recipients = status.recipients.filter((recipient) => recipient.action === action);
  if (recipients.length === 0) return [];
  return [[texts.headings[action]], ...recipients.map((recipient) => describeRecipient(texts, recipient))];
}

function describeRecipient(texts: DsnTexts, recipient: RecipientStatus): string[] {
  const { finalRecipient, action, status, remoteMta, diagnostic, willRetryUntil } = recipient;
  const lines = [`    ${finalRecipient}`];
  if (action === 'failed' || action === 'delayed') {
    lines.push(`        ${reasonOf(texts, status)}`);
    if (diagnostic !== undefined) lines.push(`        ${texts.reply(remoteMta, oneLine(diagnostic))}`);
  }
  if (willRetryUntil !== undefined) {
    lines.push(`        ${texts.retriedUntil(formatDateTime(willRetryUntil))}`);
  }
  return lines;
}

function reasonOf({ reasons }: DsnTexts, status: string): string {
  const [statusClass = '5', ...detail] = status.split('.');
  return reasons[detail.join('.')] ?? reasons[statusClass] ?? '';
}

/** A reply may have any characters and any length; a line of text may not (RFC 5322 §2.1.1: 998 octets). */
function oneLine(text: string): string {
  return cleaned(text).slice(0, 300);
}

function shorten(subject: string): string {
  const text = [...cleaned(subject)];
  return text.length > MAX_QUOTED_SUBJECT ? `${text.slice(0, MAX_QUOTED_SUBJECT).join('')}…` : text.join('');
}

function cleaned(text: string): string {
  return text.replace(/[\s\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
}

/**
 * Names for the mailboxes of another server as they are called here: `INBOX.Sent Items` there is `Sent` here.
 *
 * Special uses as the server says (RFC 6154), or where it says none, by the names that other programs give. Invariants: what
 * only shows messages of other mailboxes (Gmail's "All Mail") is left out, so nothing comes twice.
 */
import { decodeMailboxName } from '../../../protocol/imap/grammar/mailbox-name.ts';
import type { RemoteMailbox } from '../../../protocol/imap/client/session.ts';
import { toMailboxName } from '../mailbox-paths.ts';

export interface NamedMailbox {
  readonly remote: RemoteMailbox;
  readonly name: string;
}

/** RFC 6154 §2, and Gmail's own `\Important`: views of messages that lie elsewhere. */
const VIEWS = ['\\all', '\\flagged', '\\important'];

/** Our names of the special uses. */
const USES: readonly (readonly [attribute: string, name: string, calledElsewhere: RegExp])[] = [
  [
    '\\sent',
    'Sent',
    /^(?:sent(?: items| messages| mail)?|gesendet(?:e elemente|e objekte)?|已发送(?:邮件)?)$/iu,
  ],
  ['\\drafts', 'Drafts', /^(?:drafts?|entwürfe|草稿箱?)$/iu],
  [
    '\\trash',
    'Trash',
    /^(?:trash|deleted(?: items| messages)|bin|papierkorb|gelöschte (?:elemente|objekte)|已删除(?:邮件)?)$/iu,
  ],
  ['\\junk', 'Junk', /^(?:junk(?: e-?mail)?|spam|bulk mail|垃圾邮件)$/iu],
  ['\\archive', 'Archive', /^(?:archives?|archiv|归档)$/iu],
];

/** `prefix`: what names of one's own mailboxes begin with there (RFC 2342). */
export function nameRemoteMailboxes(
  mailboxes: readonly RemoteMailbox[],
  prefix: string,
): readonly NamedMailbox[] {
  const own = mailboxes.filter(({ attributes }) => !VIEWS.some((view) => attributes.has(view)));
  const plain = own.map((remote) => ({ remote, name: plainName(remote, prefix) }));
  const rename = renameByUse(plain.map(({ remote: { attributes }, name }) => ({ attributes, name })));
  const named = plain.map(({ remote, name }) => ({ remote, name: rename(name) }));
  return named.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** How each of an account's mailboxes is called here. */
export function renameByUse(
  mailboxes: readonly { readonly name: string; readonly attributes: ReadonlySet<string> }[],
): (name: string) => string {
  const saysUses = mailboxes.some(({ attributes }) => USES.some(([attribute]) => attributes.has(attribute)));
  const renamed = new Map<string, string>();
  for (const { name, attributes } of mailboxes) {
    const use = USES.find(([attribute, , called]) =>
      saysUses ? attributes.has(attribute) : called.test(name),
    );
    if (use !== undefined) renamed.set(name, use[1]);
  }
  return (name) => rename(name, renamed);
}

function plainName({ wireName, delimiter }: RemoteMailbox, prefix: string): string {
  const inside = prefix !== '' && wireName.startsWith(prefix) ? wireName.slice(prefix.length) : wireName;
  const levels = delimiter === null || delimiter === '' ? [inside] : inside.split(delimiter);
  return toMailboxName(levels.map((level) => decodeMailboxName(level, false)));
}

/** What lies in a mailbox that is called otherwise here goes along: `Sent Items/2024` becomes `Sent/2024`. */
function rename(name: string, renamed: ReadonlyMap<string, string>): string {
  for (const [from, to] of renamed) {
    if (name === from) return to;
    if (name.startsWith(`${from}/`)) return to + name.slice(from.length);
  }
  return name;
}

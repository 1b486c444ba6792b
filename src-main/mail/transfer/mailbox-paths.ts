/**
 * Mailbox names as paths of files and folders, and back.
 *
 * Invariants: a path never leaves its folder, and is one that Windows takes too; what export wrote comes back as it was.
 */
import { decodeMailboxName, encodeMailboxName } from '../../protocol/imap/grammar/mailbox-name.ts';

const DELIMITER = '/';
/** What some file system refuses, the escape itself, and dots and spaces at a level's ends. */
const UNSAFE = /[\x00-\x1f<>:"\\|?*%]|^[. ]|[. ]$/gu;
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)$/iu;

/** The levels of a mailbox name as safe names of folders. */
export function toPathLevels(mailbox: string): readonly string[] {
  return mailbox.split(DELIMITER).map((level) => {
    const safe = level.replace(UNSAFE, escapeCharacter);
    return RESERVED.test(safe) ? escapeCharacter(safe.charAt(0)) + safe.slice(1) : safe;
  });
}

export function fromPathLevels(levels: readonly string[]): string {
  return toMailboxName(levels.map((level) => level.replace(/%([0-9A-F]{2})/gu, unescapeCharacter)));
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function unescapeCharacter(_whole: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

/** Maildir++: `.Archive.2026`; INBOX is the folder itself. Names in modified UTF-7 (RFC 3501 §5.1.3). */
export function toMaildirFolder(mailbox: string): string {
  if (mailbox === 'INBOX') return '';
  return mailbox
    .split(DELIMITER)
    .map((level) => `.${encodeMailboxName(level, false).replaceAll('.', '&AC4-')}`)
    .join('');
}

export function fromMaildirFolder(folder: string): string {
  const levels = folder.replace(/^\./u, '').split('.');
  return toMailboxName(
    levels.map((level) => decodeMailboxName(Buffer.from(level).toString('latin1'), false)),
  );
}

/** A name that a mailbox can have: no empty level, no control characters. */
export function toMailboxName(levels: readonly string[]): string {
  const named = levels
    .map((level) =>
      level
        .replaceAll(/[\p{Cc}\p{Cs}]/gu, '_')
        .replaceAll(DELIMITER, '_')
        .trim(),
    )
    .filter((level) => level !== '');
  if (named.length === 1 && named[0]?.toUpperCase() === 'INBOX') return 'INBOX';
  return named.length === 0 ? 'INBOX' : named.join(DELIMITER);
}

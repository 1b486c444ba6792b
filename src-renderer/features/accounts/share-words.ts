/** Words for what somebody may do in another's mailboxes: a sentence, and each right by itself. */
import { SHARE_LEVELS, type ShareLevel, type ShareMember } from '../../../src-main/contract/sharing.ts';
import { t } from '../../locales/text.ts';

/** `custom`: rights that are no level; `mixed`: not the same in all mailboxes. */
export type HeldLevel = ShareLevel | 'none' | 'custom' | 'mixed';

/** From none to all, as they are offered. */
export const OFFERED_LEVELS = ['none', 'read', 'write', 'manage'] as const;
export type OfferedLevel = (typeof OFFERED_LEVELS)[number];

export function rightsOfLevel(level: OfferedLevel): string {
  return level === 'none' ? '' : SHARE_LEVELS[level];
}

export function levelOf({ rights, denied }: Pick<ShareMember, 'rights' | 'denied'>): HeldLevel {
  if (rights === null) return 'mixed';
  if (denied !== '') return 'custom';
  return OFFERED_LEVELS.find((level) => rightsOfLevel(level) === rights) ?? 'custom';
}

export function memberName({ grantee, name, address }: ShareMember): string {
  if (grantee === 'anyone') return t('sharing.anyone');
  if (typeof grantee === 'string') return t('sharing.group', { name: name === '' ? address : name });
  return name === '' ? address : name;
}

export function sentenceOf(member: ShareMember, isShared: boolean): string {
  const level = levelOf(member);
  const params = { name: memberName(member) };
  // Only a shared mailbox has an address that others may send from.
  return level === 'write' && isShared
    ? t('sharing.sentences.writeShared', params)
    : t(`sharing.sentences.${level}`, params);
}

const LETTERS = ['l', 'r', 's', 'w', 'i', 'p', 'k', 'x', 't', 'e', 'a'] as const;

/** Each right as a letter of RFC 4314 and what it allows. */
export function rightsInWords(rights: string): readonly { letter: string; text: string }[] {
  return LETTERS.filter((letter) => rights.includes(letter)).map((letter) => ({
    letter,
    text: t(`sharing.rights.${letter}`),
  }));
}

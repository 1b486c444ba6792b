/** UIDONLY (RFC 9586): once it is enabled, no command may name messages by their numbers, and no response does. */
import type { Command } from '../../../protocol/imap/grammar/command.ts';
import type { SearchKey } from '../../../protocol/imap/grammar/search-key.ts';
import { bad } from './completion.ts';

/** RFC 9586 §3 */
export const UID_REQUIRED = bad('Message numbers are not allowed once UIDONLY is enabled', 'UIDREQUIRED');

/** Whether a command names messages by number (RFC 9586 §3.2, §3.5, §3.7, §3.8). `$` and `UID *` are no numbers. */
export function usesMessageNumbers(command: Command): boolean {
  if ('isUid' in command && !command.isUid) return true;
  if (command.name === 'SELECT' || command.name === 'EXAMINE')
    return command.parameters.qresync?.hasSequenceMatch === true;
  return 'key' in command && namesNumbers(command.key);
}

function namesNumbers(key: SearchKey): boolean {
  switch (key.kind) {
    case 'set':
      return !key.isUid && key.set.kind === 'ranges';
    case 'not':
      return namesNumbers(key.key);
    case 'or':
    case 'and':
      return key.keys.some(namesNumbers);
    default:
      return false;
  }
}

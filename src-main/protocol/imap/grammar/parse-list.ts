/** LIST with its extended syntax (RFC 9051 §6.3.9, RFC 5258, RFC 5819, RFC 6154, RFC 8440, RFC 9590). */
import type { ListCommand, ListReturn, ListSelectionOption } from './command.ts';
import type { Cursor } from './cursor.ts';
import { parseEntryList } from './metadata.ts';
import { parseStatusItems } from './status-item.ts';

const SELECTION_OPTIONS: readonly ListSelectionOption[] = [
  'SUBSCRIBED',
  'REMOTE',
  'RECURSIVEMATCH',
  'SPECIAL-USE',
];
const NO_RETURN: ListReturn = {
  subscribed: false,
  children: false,
  specialUse: false,
  status: null,
  metadata: null,
  myRights: false,
};

export function parseList(cursor: Cursor): ListCommand {
  cursor.space();
  const selection = cursor.sees('(') ? parseSelection(cursor) : null;
  const reference = cursor.astring();
  cursor.space();
  const isPatternList = cursor.sees('(');
  const patterns = isPatternList ? cursor.list(() => cursor.listMailbox()) : [cursor.listMailbox()];
  const returns = cursor.take(' RETURN ') ? parseReturn(cursor) : null;
  return {
    name: 'LIST',
    selection: selection ?? [],
    reference,
    patterns,
    returns: returns ?? NO_RETURN,
    isExtended: selection !== null || isPatternList || returns !== null,
  };
}

function parseSelection(cursor: Cursor): ListSelectionOption[] {
  const options = cursor.list(() => {
    const name = cursor.keyword();
    return SELECTION_OPTIONS.find((option) => option === name) ?? cursor.fail('a list selection option');
  }, 0);
  // RFC 5258 §3.1: RECURSIVEMATCH modifies another option.
  if (
    options.includes('RECURSIVEMATCH') &&
    !options.includes('SUBSCRIBED') &&
    !options.includes('SPECIAL-USE')
  ) {
    cursor.fail('an option that RECURSIVEMATCH can modify');
  }
  cursor.space();
  return options;
}

function parseReturn(cursor: Cursor): ListReturn {
  let returns = NO_RETURN;
  cursor.list(() => {
    returns = { ...returns, ...parseReturnOption(cursor) };
  }, 0);
  return returns;
}

function parseReturnOption(cursor: Cursor): { -readonly [Key in keyof ListReturn]?: ListReturn[Key] } {
  switch (cursor.keyword()) {
    case 'SUBSCRIBED':
      return { subscribed: true };
    case 'CHILDREN':
      return { children: true };
    case 'SPECIAL-USE':
      return { specialUse: true };
    case 'MYRIGHTS':
      return { myRights: true };
    case 'STATUS':
      cursor.space();
      return { status: parseStatusItems(cursor) };
    case 'METADATA':
      cursor.space();
      return { metadata: parseEntryList(cursor) };
    default:
      return cursor.fail('a list return option');
  }
}

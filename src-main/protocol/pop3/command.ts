/**
 * POP3 commands: one line to a typed command (RFC 1939, CAPA: RFC 2449, STLS: RFC 2595, AUTH: RFC 5034, UTF8 and LANG: RFC 6856).
 *
 * Invariants: never throws; keywords in any case; a password is everything after `PASS `.
 */
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';

const WITHOUT_ARGUMENTS = ['CAPA', 'STLS', 'QUIT', 'STAT', 'NOOP', 'RSET', 'UTF8'] as const;
type PlainName = (typeof WITHOUT_ARGUMENTS)[number];

export type Pop3Command =
  | { [Name in PlainName]: { readonly name: Name } }[PlainName]
  | { readonly name: 'USER'; readonly user: string }
  | { readonly name: 'PASS'; readonly password: string }
  /** No mechanism: a question for their names (RFC 1734's clients ask so). */
  | { readonly name: 'AUTH'; readonly mechanism: string | null; readonly initialResponse: string | null }
  /** No range: a question for the languages. */
  | { readonly name: 'LANG'; readonly range: string | null }
  | { readonly name: 'LIST'; readonly number: number | null }
  | { readonly name: 'UIDL'; readonly number: number | null }
  | { readonly name: 'RETR'; readonly number: number }
  | { readonly name: 'DELE'; readonly number: number }
  | { readonly name: 'TOP'; readonly number: number; readonly lines: number };

export type Pop3CommandName = Pop3Command['name'];

const NUMBER = /^\d{1,9}$/;

/** Parses a line whose characters are octets; the error is a sentence for the client. */
export function parsePop3Command(line: string): Result<Pop3Command, string> {
  const text = Buffer.from(line, 'latin1').toString('utf8');
  const space = text.indexOf(' ');
  const keyword = (space < 0 ? text : text.slice(0, space)).toUpperCase();
  const rest = space < 0 ? '' : text.slice(space + 1);
  const plain = WITHOUT_ARGUMENTS.find((name) => name === keyword);
  if (plain !== undefined)
    return rest.trim() === '' ? ok({ name: plain }) : err(`${plain} takes no argument`);
  const words = rest.split(' ').filter((word) => word !== '');
  switch (keyword) {
    case 'USER':
      return rest === '' ? err('USER needs a name') : ok({ name: 'USER', user: rest.trim() });
    case 'PASS':
      return rest === '' ? err('PASS needs a password') : ok({ name: 'PASS', password: rest });
    case 'AUTH':
      return ok({ name: 'AUTH', mechanism: words[0] ?? null, initialResponse: words[1] ?? null });
    case 'LANG':
      return words.length > 1
        ? err('LANG takes one language')
        : ok({ name: 'LANG', range: words[0] ?? null });
    case 'LIST':
    case 'UIDL':
      return parseOptionalNumber(keyword, words);
    case 'RETR':
    case 'DELE': {
      const number = readNumber(words[0]);
      return number === null || words.length > 1
        ? err(`${keyword} needs a message number`)
        : ok({ name: keyword, number });
    }
    case 'TOP':
      return parseTop(words);
    default:
      return err('Unknown command');
  }
}

function parseOptionalNumber(name: 'LIST' | 'UIDL', words: readonly string[]): Result<Pop3Command, string> {
  if (words.length === 0) return ok({ name, number: null });
  const number = readNumber(words[0]);
  return number === null || words.length > 1 ? err(`${name} takes one message number`) : ok({ name, number });
}

function parseTop(words: readonly string[]): Result<Pop3Command, string> {
  const [number, lines] = [readNumber(words[0]), readNumber(words[1])];
  if (number === null || lines === null || words.length > 2)
    return err('TOP needs a message number and a number of lines');
  return ok({ name: 'TOP', number, lines });
}

function readNumber(word: string | undefined): number | null {
  return word !== undefined && NUMBER.test(word) ? Number(word) : null;
}

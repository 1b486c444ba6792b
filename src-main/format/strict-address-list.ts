/**
 * Address lists as they should be: the grammar of From, Sender, Reply-To, To, Cc and Bcc, for the MSA, which refuses what other
 * servers may not understand. (Readers of stored mail use the forgiving `address-list.ts`.)
 *
 * RFC 5322 §3.4; RFC 6532 (UTF-8). Of the obsolete forms only what people's software still writes is let through: dots in a
 * display name, empty elements. Invariants: never throws, linear time; the error is a sentence without its full stop.
 */
import { err, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { parseAddress } from './address.ts';
import type { Address, AddressOptions } from './address.ts';
import { endOfComment } from './comment.ts';

const WHITE_SPACE = /[ \t]*/y;
/** Atoms and dots: a display name's word, a dot-atom of an addr-spec. */
const ATOMS = /[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u0080-\u{10ffff}-]+/uy;
const QUOTED_STRING = /"(?:[^"\\]|\\.)*"/sy;
const DOMAIN_LITERAL = /\[[^[\]\\]*\]/y;
/** Up to the bracket that closes, not one within quotes. */
const ANGLE = /<((?:[^"<>]|"(?:[^"\\]|\\.)*")*)>/sy;

/** The addresses of an unfolded field body; those of groups too. */
export function parseStrictAddressList(
  text: string,
  options: AddressOptions = {},
): Result<readonly Address[], string> {
  return new AddressListParser(text, options).parse();
}

class AddressListParser {
  readonly #text: string;
  readonly #options: AddressOptions;
  readonly #addresses: Address[] = [];
  #at = 0;
  #isInGroup = false;

  constructor(text: string, options: AddressOptions) {
    this.#text = text;
    this.#options = options;
  }

  parse(): Result<readonly Address[], string> {
    for (;;) {
      const problem = this.#skipSpace() ?? this.#element();
      if (problem !== null) return err(problem);
      if (this.#at < this.#text.length) continue;
      return this.#isInGroup ? err('a group has no closing semicolon') : ok(this.#addresses);
    }
  }

  /** One address, or one of the signs that part them; the answer is what is wrong, or null. */
  #element(): string | null {
    const next = this.#text[this.#at];
    if (next === undefined) return null;
    if (next === ',') return this.#step();
    if (next === ';') {
      if (!this.#isInGroup) return 'there is a semicolon where a comma should part the addresses';
      this.#isInGroup = false;
      return this.#step() ?? this.#skipSpace() ?? this.#expectSeparator();
    }
    return this.#addressOrGroup();
  }

  #step(): null {
    this.#at++;
    return null;
  }

  #addressOrGroup(): string | null {
    const start = this.#at;
    const words = this.#phrase();
    if (!words.ok) return words.error;
    const next = this.#text[this.#at];
    if (next === '<') return this.#angleAddress();
    if (next === '@') return this.#bareAddress(words.value);
    const phrase = this.#text.slice(start, this.#at).trim();
    if (next === ':' && words.value.length > 0) {
      if (this.#isInGroup) return 'a group stands within a group';
      this.#isInGroup = true;
      return this.#step();
    }
    if (next === undefined || next === ',' || next === ';') return `"${phrase}" is a name without an address`;
    return this.#unexpected(next);
  }

  /** Words up to something that is no word, as they stand in the text. */
  #phrase(): Result<readonly string[], string> {
    const words: string[] = [];
    for (;;) {
      const word = this.#match(QUOTED_STRING) ?? this.#match(ATOMS);
      if (word === null)
        return this.#text[this.#at] === '"' ? err('a quotation mark is not closed') : ok(words);
      words.push(word);
      const problem = this.#skipSpace();
      if (problem !== null) return err(problem);
    }
  }

  #angleAddress(): string | null {
    const angle = this.#match(ANGLE);
    if (angle === null) return 'an angle bracket is not closed';
    return this.#add(angle.slice(1, -1).trim()) ?? this.#skipSpace() ?? this.#expectSeparator();
  }

  #bareAddress(words: readonly string[]): string | null {
    const [localPart] = words;
    if (localPart === undefined) return 'an address has nothing before its @';
    if (words.length > 1) return 'a display name with an @ must stand in quotes';
    this.#at++;
    const domain = this.#match(DOMAIN_LITERAL) ?? this.#match(ATOMS) ?? '';
    return this.#add(`${localPart}@${domain}`) ?? this.#skipSpace() ?? this.#expectSeparator();
  }

  #add(text: string): string | null {
    const address = parseAddress(text, this.#options);
    if (!address.ok) return `"${text}" is not an address: ${address.error}`;
    this.#addresses.push(address.value);
    return null;
  }

  #expectSeparator(): string | null {
    const next = this.#text[this.#at];
    return next === undefined || next === ',' || next === ';' ? null : this.#unexpected(next);
  }

  #unexpected(character: string): string {
    return character === '@' || character === '<'
      ? 'there must be a comma between addresses'
      : `there is an unexpected "${character}"`;
  }

  /** White space and comments, which may be nested. */
  #skipSpace(): string | null {
    this.#match(WHITE_SPACE);
    while (this.#text[this.#at] === '(') {
      if (!this.#skipComment()) return 'a comment in parentheses is not closed';
      this.#match(WHITE_SPACE);
    }
    return null;
  }

  #skipComment(): boolean {
    const end = endOfComment(this.#text, this.#at);
    this.#at = end ?? this.#text.length;
    return end !== null;
  }

  /** Takes what the sticky pattern matches here. */
  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0] ?? null;
    if (text !== null) this.#at += text.length;
    return text;
  }
}

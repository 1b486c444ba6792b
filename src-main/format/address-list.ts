/**
 * Address list: the addresses of From, To and their like, as IMAP's ENVELOPE shows them (RFC 5322 §3.4, §4.4).
 *
 * Groups, comments, quoted strings, routes, raw UTF-8 (RFC 6532), and what people's software writes instead.
 * Invariants: never throws, linear time; encoded words are kept; commas and `@` within quotes belong to the name.
 */
import type { IndexedAddress } from './message-index.ts';

const GROUP_END: IndexedAddress = { name: null, mailbox: null, host: null };

/** Parses an unfolded field value, at most `limit` entries. */
export function parseAddressList(text: string, limit = Number.MAX_SAFE_INTEGER): IndexedAddress[] {
  const list: IndexedAddress[] = [];
  const tokens = new AddressTokens(text);
  let words = new AddressWords();
  let isInGroup = false;
  for (let token = tokens.next(); token !== null && list.length < limit; token = tokens.next()) {
    if (token.kind !== 'special') {
      words.add(token);
    } else if (token.text === ':' && !words.isAngle && !isInGroup) {
      list.push({ name: null, mailbox: words.phrase(), host: null });
      words = new AddressWords();
      isInGroup = true;
    } else if (token.text === ',' || token.text === ';') {
      words.pushTo(list);
      words = new AddressWords();
      if (token.text === ';' && isInGroup) {
        list.push(GROUP_END);
        isInGroup = false;
      }
    } else {
      words.add(token);
    }
  }
  if (list.length < limit) words.pushTo(list);
  if (isInGroup) list.push(GROUP_END);
  return list;
}

interface Token {
  readonly kind: 'atom' | 'quoted' | 'comment' | 'angle' | 'literal' | 'special';
  readonly text: string;
  readonly spaceBefore: boolean;
}

/** Collects the words of one mailbox until its comma. */
class AddressWords {
  readonly #tokens: Token[] = [];
  #angle: string | null = null;
  #comment: string | null = null;

  get isAngle(): boolean {
    return this.#angle !== null;
  }

  add(token: Token): void {
    if (token.kind === 'angle') this.#angle ??= token.text;
    else if (token.kind === 'comment') this.#comment ??= token.text;
    else if (this.#angle === null) this.#tokens.push(token);
  }

  /** The words as a display name: joined by one space where there was any. */
  phrase(): string {
    let text = '';
    for (const token of this.#tokens) text += (token.spaceBefore && text !== '' ? ' ' : '') + token.text;
    return text.trim();
  }

  pushTo(list: IndexedAddress[]): void {
    if (this.#angle !== null) {
      const name = this.phrase();
      list.push(makeAddress(name === '' ? this.#comment : name, this.#angle));
    } else if (this.#tokens.length > 0) {
      list.push(makeAddress(this.#comment, this.#addrSpec()));
    }
  }

  /** `local @ domain` without brackets: white space around `@` and dots does not count (RFC 5322 §4.4). */
  #addrSpec(): string {
    const hasAt = this.#tokens.some((token) => token.text.includes('@') && token.kind !== 'quoted');
    if (!hasAt) return this.phrase();
    return this.#tokens.map((token) => token.text).join('');
  }
}

/** Splits `@route:local@domain`; the last `@` parts local-part and domain. */
function makeAddress(name: string | null, spec: string): IndexedAddress {
  const route = /^(@[^:]*):/.exec(spec);
  const address = route === null ? spec : spec.slice(route[0].length);
  const at = address.lastIndexOf('@');
  const mailbox = unquote((at < 0 ? address : address.slice(0, at)).trim());
  // A null host would mean a group (RFC 9051 §7.5.2), so an address without a domain has an empty one.
  const host = at < 0 ? '' : address.slice(at + 1).trim();
  return { name, mailbox, host, ...(route === null ? {} : { route: route[1] ?? '' }) };
}

function unquote(text: string): string {
  if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return text;
  return text.slice(1, -1).replace(/\\(.)/gs, '$1');
}

/** Cuts an address list into words, comments and specials. */
class AddressTokens {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token | null {
    const start = this.#at;
    while (this.#isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
    const spaceBefore = this.#at > start;
    const character = this.#text[this.#at];
    if (character === undefined) return null;
    switch (character) {
      case '"':
        return { kind: 'quoted', text: this.#readEscaped('"'), spaceBefore };
      case '(':
        return { kind: 'comment', text: this.#readComment(), spaceBefore };
      case '<':
        return { kind: 'angle', text: this.#readAngle(), spaceBefore };
      case '[':
        return { kind: 'literal', text: `[${this.#readEscaped(']')}]`, spaceBefore };
      case ',':
      case ';':
      case ':':
        this.#at++;
        return { kind: 'special', text: character, spaceBefore };
      default:
        return { kind: 'atom', text: this.#readAtom(), spaceBefore };
    }
  }

  #readAtom(): string {
    const start = this.#at++;
    while (this.#at < this.#text.length && !this.#endsAtom(this.#text.charCodeAt(this.#at))) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  /** What is between quotes or brackets, escapes resolved. */
  #readEscaped(close: string): string {
    let value = '';
    let run = ++this.#at;
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at];
      if (character !== close && character !== '\\') continue;
      value += this.#text.slice(run, this.#at);
      run = this.#at + 1;
      if (character === close) {
        this.#at++;
        return value;
      }
      this.#at++;
    }
    return value + this.#text.slice(run);
  }

  #readComment(): string {
    const start = this.#at + 1;
    let depth = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at];
      if (character === '\\') this.#at++;
      else if (character === '(') depth++;
      else if (character === ')' && --depth === 0) break;
    }
    const comment = this.#text.slice(start, this.#at++);
    return comment.replace(/\\(.)/gs, '$1').trim();
  }

  /** The address between angle brackets; a quoted local-part may hold `>`. */
  #readAngle(): string {
    const start = ++this.#at;
    let isQuoted = false;
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at];
      if (character === '\\' && isQuoted) this.#at++;
      else if (character === '"') isQuoted = !isQuoted;
      else if (character === '>' && !isQuoted) break;
    }
    const end = this.#at;
    this.#at++;
    return this.#text.slice(start, end).trim();
  }

  #isSpace(code: number): boolean {
    return code === 0x20 || code === 0x09;
  }

  /** White space and `"(),:;<[` end an atom; dots and `@` do not matter to what ENVELOPE shows. */
  #endsAtom(code: number): boolean {
    switch (code) {
      case 0x20:
      case 0x09:
      case 0x22:
      case 0x28:
      case 0x2c:
      case 0x3a:
      case 0x3b:
      case 0x3c:
      case 0x5b:
        return true;
      default:
        return false;
    }
  }
}

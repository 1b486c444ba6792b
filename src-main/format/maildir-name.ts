/**
 * Names in a Maildir: of message files, with their flags (cr.yp.to/proto/maildir.html), and of Maildir++ folders.
 *
 * Invariants: reading what was written gives the same; keywords are letters whose meaning the folder's `dovecot-keywords` holds.
 */
const LETTERS: readonly (readonly [letter: string, flag: string])[] = [
  ['D', '\\Draft'],
  ['F', '\\Flagged'],
  ['R', '\\Answered'],
  ['S', '\\Seen'],
  ['T', '\\Deleted'],
];
/** Dovecot: `a` to `z`. */
const MOST_KEYWORDS = 26;
const FIRST_KEYWORD = 'a'.charCodeAt(0);

/** The keywords of one folder, in the order of their letters. */
export class MaildirKeywords {
  readonly #names: string[] = [];

  /** Reads `dovecot-keywords`: lines of number and name. */
  static parse(text: string): MaildirKeywords {
    const keywords = new MaildirKeywords();
    for (const [, number, name] of text.matchAll(/^(\d{1,2}) (\S+)$/gmu)) {
      if (Number(number) < MOST_KEYWORDS && name !== undefined) keywords.#names[Number(number)] = name;
    }
    return keywords;
  }

  format(): string {
    return this.#names.map((name, index) => `${index} ${name}\n`).join('');
  }

  /** Null once the letters are used up. */
  letterOf(keyword: string): string | null {
    let index = this.#names.indexOf(keyword);
    if (index < 0 && this.#names.length < MOST_KEYWORDS) index = this.#names.push(keyword) - 1;
    return index < 0 ? null : String.fromCharCode(FIRST_KEYWORD + index);
  }

  nameOf(letter: string): string | null {
    return this.#names[letter.charCodeAt(0) - FIRST_KEYWORD] ?? null;
  }
}

/** What stands behind the unique part: `:2,` and letters in ASCII order. */
export function formatMaildirFlags(flags: readonly string[], keywords: MaildirKeywords): string {
  const system = LETTERS.filter(([, flag]) => flags.includes(flag)).map(([letter]) => letter);
  const own = flags.filter((flag) => !flag.startsWith('\\')).flatMap((flag) => keywords.letterOf(flag) ?? []);
  return `:2,${system.join('')}${own.sort().join('')}`;
}

/** The flags of a file's name; Windows has no colon, so others' copies have `;` or `!` there. */
export function parseMaildirFlags(fileName: string, keywords: MaildirKeywords): readonly string[] {
  const letters = /[:;!]2,([A-Za-z]*)$/u.exec(fileName)?.[1] ?? '';
  const system = LETTERS.filter(([letter]) => letters.includes(letter)).map(([, flag]) => flag);
  const own = [...letters]
    .filter((letter) => letter >= 'a')
    .flatMap((letter) => keywords.nameOf(letter) ?? []);
  return [...system, ...own];
}

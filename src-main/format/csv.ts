/**
 * CSV (RFC 4180): lines of fields, with commas, semicolons or tabs between them, as spreadsheets write them.
 *
 * Invariants: a quoted field may hold separators, quotes (doubled) and line ends; anything is some table, nothing is an error.
 */

export interface CsvLine {
  /** Where it begins, 1-based. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** Lines with something in them. */
export function parseCsv(text: string): readonly CsvLine[] {
  return new CsvReader(text.replace(/^\uFEFF/u, '')).read();
}

/** Lines as spreadsheets read them. A field that one would compute (`=`, `+`, `-`, `@`) is marked as text. */
export function formatCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((fields) => `${fields.map(formatField).join(',')}\r\n`).join('');
}

function formatField(field: string): string {
  const text = /^[=+\-@\t\r]/u.test(field) ? `'${field}` : field;
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What stands most often in the first line. */
function findSeparator(text: string): string {
  const [first = ''] = text.split(/\r?\n/u, 1);
  const count = (separator: string) => first.split(separator).length;
  return [',', ';', '\t'].reduce((best, each) => (count(each) > count(best) ? each : best));
}

class CsvReader {
  readonly #text: string;
  readonly #separator: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
    this.#separator = findSeparator(text);
  }

  read(): readonly CsvLine[] {
    const lines: CsvLine[] = [];
    while (this.#at < this.#text.length) {
      const line = this.#line;
      const fields = this.#readLine();
      if (fields.some((field) => field.trim() !== '')) lines.push({ line, fields });
    }
    return lines;
  }

  #readLine(): readonly string[] {
    const fields: string[] = [];
    for (;;) {
      fields.push(this.#text[this.#at] === '"' ? this.#readQuoted() : this.#readPlain());
      if (this.#text[this.#at] !== this.#separator) break;
      this.#at++;
    }
    this.#at += this.#text.startsWith('\r\n', this.#at) ? 2 : 1;
    this.#line++;
    return fields;
  }

  #readPlain(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !this.#endsField(this.#at)) this.#at++;
    return this.#text.slice(start, this.#at).trim();
  }

  #readQuoted(): string {
    let field = '';
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at] ?? '';
      if (character === '\n') this.#line++;
      if (character !== '"') field += character;
      else if (this.#text[this.#at + 1] === '"') field += this.#text[++this.#at] ?? '';
      else break;
    }
    this.#at++;
    // What stands between the quote and the separator belongs to the field.
    return field + this.#readPlain();
  }

  #endsField(at: number): boolean {
    const character = this.#text[at];
    return character === this.#separator || character === '\n' || this.#text.startsWith('\r\n', at);
  }
}

/** CSV (RFC 4180), as spreadsheets open it. */

/** What would be run as a formula. */
const FORMULA = /^[=+\-@\t\r]/u;

export function toCsv(rows: readonly (readonly string[])[]): string {
  // The mark tells Excel that it is UTF-8.
  return `\ufeff${rows.map((row) => row.map(toCell).join(',')).join('\r\n')}\r\n`;
}

function toCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

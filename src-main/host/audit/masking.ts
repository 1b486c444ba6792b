/**
 * Masking: takes every secret out of what the audit log writes, before it is written.
 *
 * Invariants: a value under a name that may hold a secret is never kept, not even as a hash; texts of people (scripts, mail,
 * lists with passwords) are named by their length alone; what is left is bounded.
 */

/** Names of fields of the contract and the settings that hold secrets, or texts in which there may be some. */
const SECRET =
  /password|secret|token(?!Issuer)|credential|code|passphrase|privatekey|^key$|recoverykey|pem|csv|challenge|response/iu;
const TEXTS = /^(?:text|script|content|body|certificate|clientAuthorities)$/iu;
const MASK = '***';
const MOST_CHARACTERS = 200;
const MOST_ITEMS = 50;
const MOST_DEPTH = 8;

/** A copy that may be written. */
export function maskSecrets(value: unknown, name = '', depth = 0): unknown {
  if (value === null || value === undefined || typeof value === 'boolean') return value ?? null;
  if (SECRET.test(name)) return MASK;
  if (typeof value === 'string') return maskText(value, name);
  if (typeof value !== 'object') return typeof value === 'number' ? value : MASK;
  if (depth >= MOST_DEPTH) return '…';
  if (Array.isArray(value)) {
    const items: unknown[] = value.slice(0, MOST_ITEMS).map((item) => maskSecrets(item, name, depth + 1));
    return value.length > MOST_ITEMS ? [...items, `… ${value.length - MOST_ITEMS} more`] : items;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, maskSecrets(item, key, depth + 1)]),
  );
}

/** Words of an address with a secret in it (`https://user:password@host/`) go too. */
function maskText(text: string, name: string): string {
  if (TEXTS.test(name)) return `${text.length} characters`;
  const plain = text.replaceAll(/(:\/\/[^/\s:@]*:)[^/\s@]*@/gu, `$1${MASK}@`);
  return plain.length > MOST_CHARACTERS ? `${plain.slice(0, MOST_CHARACTERS)}…` : plain;
}

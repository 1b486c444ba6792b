/**
 * A list of accounts on another IMAP server, one a row, as an office keeps them in a spreadsheet.
 *
 * Columns, in any order, named in the first row: address, password; server, port, tls, user where they differ from the rest.
 * Invariants: a list with a mistake is refused whole, each mistake with its row.
 */
import { err, ok, type Result } from '../../base/result.ts';
import { parseCsv } from '../../format/csv.ts';
import type { ImapTarget } from '../../protocol/imap/client/open-session.ts';

export interface MovingAccount {
  /** The account here. */
  readonly address: string;
  readonly target: ImapTarget;
}

const COLUMNS = ['address', 'password', 'server', 'port', 'tls', 'user'] as const;
type Column = (typeof COLUMNS)[number];
type Row = Partial<Readonly<Record<Column, string>>>;

const TLS_MODES = ['implicit', 'starttls', 'none'] as const;
const IMPLICIT_PORT = 993;
const PLAIN_PORT = 143;

export interface ServerDefaults {
  /** For rows that name none. */
  readonly server: string | null;
  readonly mustVerify: boolean;
}

export function parseServerList(
  text: string,
  defaults: ServerDefaults,
): Result<readonly MovingAccount[], string> {
  const [head, ...rows] = parseCsv(text);
  const titles = head?.fields.map((title) => title.trim().toLowerCase()) ?? [];
  const columns = titles.map((title) => COLUMNS.find((column) => column === title));
  if (!columns.includes('address') || !columns.includes('password'))
    return err(
      `the first row must name the columns: ${COLUMNS.join(', ')} (address and password are needed)`,
    );
  const accounts = rows.map(({ line, fields }) => readRow(toRow(columns, fields), { line, defaults }));
  const mistakes = accounts.flatMap((account) => (account.ok ? [] : [account.error]));
  if (mistakes.length > 0) return err(mistakes.join('; '));
  if (accounts.length === 0) return err('the list has no accounts');
  return ok(accounts.flatMap((account) => (account.ok ? [account.value] : [])));
}

function toRow(columns: readonly (Column | undefined)[], fields: readonly string[]): Row {
  const named = columns.flatMap((column, at) => {
    const value = fields[at]?.trim() ?? '';
    return column === undefined || value === '' ? [] : [[column, value] as const];
  });
  return Object.fromEntries(named);
}

function readRow(
  row: Row,
  { line, defaults }: { readonly line: number; readonly defaults: ServerDefaults },
): Result<MovingAccount, string> {
  const { address = '', password = '', user = address } = row;
  const host = row.server ?? defaults.server;
  if (!/^[^@\s]+@[^@\s]+$/u.test(address)) return err(`line ${line}: "${address}" is no address`);
  if (password === '') return err(`line ${line}: the password is missing`);
  if (host === null) return err(`line ${line}: the server is missing`);
  const tls = TLS_MODES.find((mode) => mode === (row.tls?.toLowerCase() ?? 'implicit'));
  if (tls === undefined) return err(`line ${line}: tls is one of ${TLS_MODES.join(', ')}`);
  const port = Number(row.port ?? (tls === 'implicit' ? IMPLICIT_PORT : PLAIN_PORT));
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    return err(`line ${line}: "${row.port}" is no port`);
  const { mustVerify } = defaults;
  return ok({ address, target: { host, port, tls, mustVerify, credentials: { user, password } } });
}

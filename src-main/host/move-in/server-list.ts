/**
 * A list of accounts on another IMAP server, one a row, as an office keeps them in a spreadsheet.
 *
 * Columns, in any order, named in the first row: address, password; server, port, tls, user where they differ from the rest.
 * Flow: command line, console → here → plan-servers.ts. Invariants: a list with a mistake is refused whole, each mistake with its row
 * and column; no mistake tells of a password.
 */
import { err, ok, type Result } from '../../base/result.ts';
import type { ListMistake } from '../../contract/move-in.ts';
import { MOVE_IN_COLUMNS, type MoveInColumn } from '../../contract/move-in-columns.ts';
import { isValidLocalPart, keyOfAddress } from '../../directory/address-key.ts';
import { parseCsv } from '../../format/csv.ts';
import type { ImapTarget } from '../../protocol/imap/client/open-session.ts';

export interface MovingAccount {
  readonly line: number;
  /** The account here. */
  readonly address: string;
  readonly target: ImapTarget;
}

type Row = Partial<Readonly<Record<MoveInColumn, string>>>;
type CellProblem = Pick<ListMistake, 'column' | 'problem' | 'value'>;

const TLS_MODES = ['implicit', 'starttls', 'none'] as const;
type TlsMode = (typeof TLS_MODES)[number];
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
): Result<readonly MovingAccount[], readonly ListMistake[]> {
  const [head, ...rows] = parseCsv(text);
  const titles = head?.fields.map((title) => title.trim().toLowerCase()) ?? [];
  const columns = titles.map((title) => MOVE_IN_COLUMNS.find((column) => column === title));
  const place = { line: 1, column: null, value: '' };
  if (!columns.includes('address') || !columns.includes('password'))
    return err([{ ...place, problem: 'noTitles' }]);
  if (rows.length === 0) return err([{ ...place, problem: 'noAccounts' }]);
  const seen = new Set<string | null>();
  const read = rows.map(({ line, fields }) => {
    const row = toRow(columns, fields);
    const problems = [...findProblems(row, defaults), ...findDouble(row, seen)];
    return { line, row, mistakes: problems.map((problem) => ({ line, ...problem })) };
  });
  const mistakes = read.flatMap((each) => each.mistakes);
  return mistakes.length > 0
    ? err(mistakes)
    : ok(read.map(({ line, row }) => ({ line, ...toAccount(row, defaults) })));
}

function toRow(columns: readonly (MoveInColumn | undefined)[], fields: readonly string[]): Row {
  const named = columns.flatMap((column, at) => {
    const value = fields[at]?.trim() ?? '';
    return column === undefined || value === '' ? [] : [[column, value] as const];
  });
  return Object.fromEntries(named);
}

function findProblems(row: Row, defaults: ServerDefaults): readonly CellProblem[] {
  const { address = '', server = defaults.server, tls = '', port } = row;
  const found: CellProblem[] = [];
  const isAddress =
    keyOfAddress(address) !== null && isValidLocalPart(address.slice(0, address.lastIndexOf('@')));
  if (!isAddress) found.push({ column: 'address', problem: 'noAddress', value: address });
  if (row.password === undefined) found.push({ column: 'password', problem: 'noPassword', value: '' });
  if (server === null) found.push({ column: 'server', problem: 'noServer', value: '' });
  else if (!/^[^\s/@]+$/u.test(server))
    found.push({ column: 'server', problem: 'wrongServer', value: server });
  if (tls !== '' && tlsModeOf(row) === undefined)
    found.push({ column: 'tls', problem: 'wrongTls', value: tls });
  const number = Number(port ?? IMPLICIT_PORT);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    found.push({ column: 'port', problem: 'wrongPort', value: port ?? '' });
  return found;
}

function findDouble({ address = '' }: Row, seen: Set<string | null>): readonly CellProblem[] {
  const key = keyOfAddress(address);
  const isDouble = key !== null && seen.has(key);
  seen.add(key);
  return isDouble ? [{ column: 'address', problem: 'twice', value: address }] : [];
}

function tlsModeOf({ tls = 'implicit' }: Row): TlsMode | undefined {
  return TLS_MODES.find((mode) => mode === tls.toLowerCase());
}

/** Of a row without a mistake. */
function toAccount(row: Row, { server, mustVerify }: ServerDefaults): Omit<MovingAccount, 'line'> {
  const { address = '', password = '', user = address } = row;
  const tls = tlsModeOf(row) ?? 'implicit';
  const port = Number(row.port ?? (tls === 'implicit' ? IMPLICIT_PORT : PLAIN_PORT));
  const host = row.server ?? server ?? '';
  return { address, target: { host, port, tls, mustVerify, credentials: { user, password } } };
}

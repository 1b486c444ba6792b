/**
 * New accounts from a spreadsheet: lines of address, name, password and quota in MB.
 *
 * Flow: console → here → directory. Invariants: what is looked at first is what is added then; a line with a problem is left out
 * and named, the others are added; a first line of titles tells the columns apart, without one they stand in that order.
 */
import { isStrongEnough } from '../base/password-strength.ts';
import type { AccountImport, ImportProblem } from '../contract/accounts.ts';
import { keyOfAddress } from '../directory/address-key.ts';
import type { DirectoryAdmin } from '../directory/port.ts';
import { parseCsv, type CsvLine } from '../format/csv.ts';
import { parseAddress } from '../format/address.ts';

const COLUMNS = ['address', 'name', 'password', 'quota'] as const;
type Column = (typeof COLUMNS)[number];

/** What spreadsheets call them. */
const TITLES: Readonly<Record<string, Column>> = {
  address: 'address',
  'e-mail': 'address',
  email: 'address',
  mail: 'address',
  地址: 'address',
  邮箱: 'address',
  name: 'name',
  姓名: 'name',
  password: 'password',
  密码: 'password',
  quota: 'quota',
  'quota (mb)': 'quota',
  配额: 'quota',
};

const MEGABYTE = 2 ** 20;

interface WantedAccount {
  readonly line: number;
  readonly address: string;
  readonly name: string;
  readonly password: string;
  readonly quota: string;
}

export async function importAccounts(
  directory: DirectoryAdmin,
  { csv, isApplied }: { csv: string; isApplied: boolean },
): Promise<AccountImport> {
  const check = await createCheck(directory);
  const rows = readAccounts(csv).map((wanted) => ({ wanted, problem: check(wanted) }));
  const sound = rows.filter(({ problem }) => problem === null);
  let added = 0;
  for (const { wanted } of isApplied ? sound : []) if (await add(directory, wanted)) added++;
  return {
    rows: rows.map(({ wanted, problem }) => describe(wanted, problem)),
    added,
  };
}

function describe(wanted: WantedAccount, problem: ImportProblem | null): AccountImport['rows'][number] {
  const { line, address, name, password } = wanted;
  const isPasswordWeak = problem === null && !isStrongEnough(password, 'account', [address, name]);
  return { line, address, name, problem, isPasswordWeak };
}

function readAccounts(csv: string): readonly WantedAccount[] {
  const lines = parseCsv(csv);
  const titles = lines[0]?.fields.map((field) => TITLES[field.trim().toLowerCase()]) ?? [];
  const hasTitles = titles.includes('address');
  const columns = hasTitles ? titles : COLUMNS;
  return lines.slice(hasTitles ? 1 : 0).map((line) => readAccount(line, columns));
}

function readAccount({ line, fields }: CsvLine, columns: readonly (Column | undefined)[]): WantedAccount {
  const valueOf = (column: Column) => fields[columns.indexOf(column)]?.trim() ?? '';
  return {
    line,
    address: valueOf('address'),
    name: valueOf('name'),
    password: valueOf('password'),
    quota: valueOf('quota'),
  };
}

async function createCheck(
  directory: DirectoryAdmin,
): Promise<(wanted: WantedAccount) => ImportProblem | null> {
  const [domains, accounts, aliases] = await Promise.all([
    directory.listDomains(),
    directory.listAccounts(),
    directory.listAliases(),
  ]);
  const own = new Set(domains.filter(({ aliasOf }) => aliasOf === null).map(({ name }) => name));
  const addresses = [
    ...accounts.flatMap((each) => [each.address, ...each.addresses]),
    ...aliases.map((each) => each.address),
  ];
  const taken = new Set(addresses.flatMap((address) => keyOfAddress(address) ?? []));
  const seen = new Set<string>();
  return ({ address, password, quota }) => {
    const key = keyOfAddress(address);
    if (key === null || !parseAddress(address, { allowUtf8: true }).ok) return 'noAddress';
    if (!own.has(key.slice(key.lastIndexOf('@') + 1))) return 'notOurDomain';
    if (taken.has(key)) return 'addressTaken';
    if (seen.has(key)) return 'twice';
    seen.add(key);
    if (password === '') return 'noPassword';
    return quota === '' || Number(quota) > 0 ? null : 'invalidQuota';
  };
}

async function add(directory: DirectoryAdmin, wanted: WantedAccount): Promise<boolean> {
  const { address, name, password, quota } = wanted;
  const at = address.lastIndexOf('@');
  const added = await directory.addAccount({
    localPart: address.slice(0, at),
    domain: address.slice(at + 1),
    name,
    password,
    ...(quota !== '' && { quotaBytes: Math.round(Number(quota) * MEGABYTE) }),
  });
  return added.ok;
}

/**
 * Reads what hMailServer writes as its backup (hMailServerBackup.xml): domains, accounts, aliases, lists, rules, routes, folders, and
 * where in the file each account stands, so that its messages can be read when their turn comes.
 *
 * Flow: octets of the file → here → plan-hmailserver.ts, hmailserver-source.ts. Invariants: never throws on what it reads; memory
 * grows with the set-up, not with the number of messages; collections may have any name around them (they changed between versions).
 */
import { err, ok, type Result } from '../../base/result.ts';
import { XmlTagReader } from '../../format/xml-tags.ts';
import { attributesOf, SetUpTree, within, type SetUpElement } from './set-up-tree.ts';

const MIB = 1024 * 1024;

export interface ForeignFolder {
  readonly path: readonly string[];
  readonly messages: number;
  /** RFC 6154, in lower case: `\sent`. */
  readonly uses: readonly string[];
}

export interface ForeignRule {
  readonly name: string;
  readonly isActive: boolean;
  /** All criteria must be met; else one is enough. */
  readonly needsAll: boolean;
  readonly criteria: readonly {
    /** A header field's name, or null: the predefined one with this number. */
    readonly headerField: string | null;
    readonly predefined: number;
    readonly match: number;
    readonly value: string;
  }[];
  readonly actions: readonly {
    readonly type: number;
    readonly folder: string;
    readonly to: string;
    readonly subject: string;
    readonly body: string;
    readonly header: string;
    readonly value: string;
  }[];
}

export interface ForeignVacation {
  readonly subject: string;
  readonly text: string;
  /** The last day, `2024-05-01`; null: until it is switched off. */
  readonly lastDay: string | null;
}

export interface ForeignAccount {
  readonly address: string;
  readonly name: string;
  readonly isActive: boolean;
  readonly password: string;
  /** 0 clear, 1 Blowfish, 2 MD5, 3 SHA-256. */
  readonly passwordEncryption: number;
  readonly quotaBytes: number | null;
  readonly vacation: ForeignVacation | null;
  readonly forward: { readonly to: string; readonly keepsCopy: boolean } | null;
  readonly rules: readonly ForeignRule[];
  readonly hasSignature: boolean;
  /** Servers that it fetches mail from. */
  readonly fetchedFrom: readonly string[];
  /** Those above before those beneath. */
  readonly folders: readonly ForeignFolder[];
  /** The octets of the file in which it stands. */
  readonly span: { readonly start: number; readonly end: number };
}

export interface ForeignDomain {
  readonly name: string;
  readonly catchAll: string | null;
  readonly quotaBytes: number | null;
  readonly otherNames: readonly string[];
  readonly hasSignature: boolean;
  /** The file of its DKIM key, which is not in the backup. */
  readonly keyFile: string | null;
  readonly accounts: readonly ForeignAccount[];
  readonly aliases: readonly { readonly address: string; readonly to: string; readonly isActive: boolean }[];
  readonly lists: readonly {
    readonly address: string;
    readonly isActive: boolean;
    /** 0 public, 1 members only, 2 announcements. */
    readonly mode: number;
    readonly members: readonly string[];
  }[];
}

export interface ForeignRoute {
  readonly domain: string;
  readonly host: string;
  readonly port: number;
  /** 0 none, 1 TLS, 2 STARTTLS where offered, 3 STARTTLS. */
  readonly security: number;
  readonly user: string | null;
}

export interface HmailserverBackup {
  readonly domains: readonly ForeignDomain[];
  readonly routes: readonly ForeignRoute[];
  /** Folders that belong to nobody. */
  readonly publicFolders: readonly string[];
}

/** Rejects where the octets cannot be had. */
export async function readHmailserver(
  chunks: AsyncIterable<Uint8Array>,
): Promise<Result<HmailserverBackup, string>> {
  const reader = new XmlTagReader();
  const tree = new SetUpTree();
  for await (const chunk of chunks) {
    const tags = reader.write(chunk);
    const problem = tags.ok ? tree.take(tags.value) : tags.error;
    if (problem !== null) return err(`not a backup of hMailServer: ${problem}`);
  }
  const ended = reader.end();
  if (!ended.ok) return err(`not a backup of hMailServer: ${ended.error}`);
  const { root } = tree;
  const domains = within(root, 'Domain').map(readDomain);
  if (root.name !== 'Backup' || domains.length === 0) return err('not a backup of hMailServer: no domains');
  const publicFolders = within(root, 'Folder').map((folder) => attributesOf(folder).text('Name'));
  return ok({ domains, routes: within(root, 'Route').map(readRoute), publicFolders });
}

const orNull = (text: string): string | null => (text === '' ? null : text);
const mebibytes = (count: number): number | null => (count > 0 ? count * MIB : null);

function readDomain(element: SetUpElement): ForeignDomain {
  const { text, number, isSet } = attributesOf(element);
  return {
    name: text('Name'),
    hasSignature: isSet('EnableSignature'),
    keyFile: orNull(text('DKIMPrivateKeyFile')),
    catchAll: orNull(text('Postmaster')),
    quotaBytes: mebibytes(number('MaxSize')),
    otherNames: within(element, 'DomainAlias').map((each) => attributesOf(each).text('Name')),
    accounts: within(element, 'Account').map(readAccount),
    aliases: within(element, 'Alias').map((each) => {
      const alias = attributesOf(each);
      return { address: alias.text('Name'), to: alias.text('Value'), isActive: alias.isSet('Active') };
    }),
    lists: within(element, 'DistributionList').map(readList),
  };
}

function readList(element: SetUpElement): ForeignDomain['lists'][number] {
  const { text, number, isSet } = attributesOf(element);
  const members = element.children
    .flatMap(({ children }) => children)
    .map((each) => attributesOf(each).text('Name'));
  return {
    address: text('Name'),
    isActive: isSet('Active'),
    mode: number('ListMode'),
    members: members.filter((member) => member !== ''),
  };
}

function readAccount(element: SetUpElement): ForeignAccount {
  const { text, number, isSet } = attributesOf(element);
  const names = [text('PersonFirstName'), text('PersonLastName')];
  const [lastDay = null] = /^\d{4}-\d\d-\d\d/u.exec(text('VacationExpireDate')) ?? [];
  const vacation = {
    subject: text('VacationSubject'),
    text: text('VacationMessage'),
    lastDay: isSet('VacationExpires') ? lastDay : null,
  };
  const forward = { to: text('ForwardAddress'), keepsCopy: isSet('ForwardKeepOriginal') };
  return {
    address: text('Name'),
    name: names.filter((name) => name !== '').join(' '),
    isActive: isSet('Active'),
    password: text('Password'),
    passwordEncryption: number('PasswordEncryption'),
    quotaBytes: mebibytes(number('MaxAccountSize')),
    vacation: isSet('VacationMessageOn') ? vacation : null,
    forward: isSet('ForwardEnabled') && forward.to !== '' ? forward : null,
    rules: within(element, 'Rule').map(readRule),
    hasSignature: isSet('EnableSignature'),
    fetchedFrom: within(element, 'FetchAccount')
      .map(attributesOf)
      .filter((each) => each.isSet('Active'))
      .map((each) => each.text('ServerAddress')),
    folders: readFolders(element, []),
    span: { start: element.start, end: element.end },
  };
}

function readFolders(element: SetUpElement, above: readonly string[]): readonly ForeignFolder[] {
  return within(element, 'Folder').flatMap((folder) => {
    const { text } = attributesOf(folder);
    const path = [...above, text('Name')];
    const uses = text('SpecialUse')
      .toLowerCase()
      .split(' ')
      .filter((use) => use !== '');
    return [{ path, messages: folder.messages, uses }, ...readFolders(folder, path)];
  });
}

function readRule(element: SetUpElement): ForeignRule {
  const { text, isSet } = attributesOf(element);
  return {
    name: text('Name'),
    isActive: isSet('Active'),
    needsAll: isSet('UseAND'),
    criteria: within(element, 'Criteria').map((each) => {
      const criterion = attributesOf(each);
      return {
        headerField: criterion.isSet('UsePredefinedField') ? null : criterion.text('HeaderField'),
        predefined: criterion.number('FieldType'),
        match: criterion.number('MatchType'),
        value: criterion.text('MatchString'),
      };
    }),
    actions: within(element, 'Action').map(readAction),
  };
}

function readAction(element: SetUpElement): ForeignRule['actions'][number] {
  const { text, number } = attributesOf(element);
  return {
    type: number('Type'),
    folder: text('IMAPFolder'),
    to: text('To'),
    subject: text('Subject'),
    body: text('Body'),
    header: text('Header'),
    value: text('Value'),
  };
}

function readRoute(element: SetUpElement): ForeignRoute {
  const { text, number, isSet } = attributesOf(element);
  return {
    domain: text('Name'),
    host: text('TargetHost'),
    port: number('TargetPort') || 25,
    security: number('ConnectionSecurity'),
    user: isSet('RequiresAuthentication') ? orNull(text('Username')) : null,
  };
}

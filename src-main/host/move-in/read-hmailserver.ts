/**
 * Reads what hMailServer writes as its backup (hMailServerBackup.xml): domains, accounts, aliases, lists, rules, routes, folders and
 * which file each message is in.
 *
 * Flow: `postroom move-in hmailserver` → here → to-provision.ts, hmailserver-source.ts. Invariants: never throws on what it reads;
 * collections may have any name around them (they changed between versions).
 */
import { err, ok, type Result } from '../../base/result.ts';
import { attributeOf, parseXml, type XmlElement } from '../../format/xml.ts';

/** Each message is an element: more of them than an office has. */
const MOST_ELEMENTS = 20_000_000;
const MIB = 1024 * 1024;

export interface ForeignMessage {
  /** `{GUID}.eml` */
  readonly fileName: string;
  /** Bits: 1 seen, 2 deleted, 4 flagged, 8 answered, 16 draft. */
  readonly flags: number;
  /** Milliseconds since 1970; null: not said. */
  readonly createdAt: number | null;
}

export interface ForeignFolder {
  readonly path: readonly string[];
  readonly messages: readonly ForeignMessage[];
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

export interface ForeignAccount {
  readonly address: string;
  readonly name: string;
  readonly isActive: boolean;
  readonly password: string;
  /** 0 clear, 1 Blowfish, 2 MD5, 3 SHA-256. */
  readonly passwordEncryption: number;
  readonly quotaBytes: number | null;
  readonly vacation: { readonly subject: string; readonly text: string } | null;
  readonly forward: { readonly to: string; readonly keepsCopy: boolean } | null;
  readonly rules: readonly ForeignRule[];
  readonly folders: readonly ForeignFolder[];
}

export interface ForeignDomain {
  readonly name: string;
  readonly catchAll: string | null;
  readonly quotaBytes: number | null;
  readonly otherNames: readonly string[];
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
}

export function readHmailserver(text: string): Result<HmailserverBackup, string> {
  const root = parseXml(text, MOST_ELEMENTS);
  if (!root.ok) return err(`not a backup of hMailServer: ${root.error}`);
  const domains = within(root.value, 'Domain').map(readDomain);
  if (root.value.name !== 'Backup' || domains.length === 0)
    return err('not a backup of hMailServer: no domains');
  return ok({ domains, routes: within(root.value, 'Route').map(readRoute) });
}

/** The children of that name, or those of a collection around them. */
function within(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.flatMap((child) => {
    if (child.name === name && child.attributeText.trim() !== '') return [child];
    return child.attributeText.trim() === '' ? child.children.filter((each) => each.name === name) : [];
  });
}

function textIn(element: XmlElement, name: string): string {
  return attributeOf(element, name) ?? '';
}

function numberIn(element: XmlElement, name: string): number {
  const number = Number(textIn(element, name));
  return Number.isFinite(number) ? number : 0;
}

const isSet = (element: XmlElement, name: string): boolean => textIn(element, name) === '1';
const orNull = (text: string): string | null => (text === '' ? null : text);
const mebibytes = (count: number): number | null => (count > 0 ? count * MIB : null);

function readDomain(element: XmlElement): ForeignDomain {
  return {
    name: textIn(element, 'Name'),
    catchAll: orNull(textIn(element, 'Postmaster')),
    quotaBytes: mebibytes(numberIn(element, 'MaxSize')),
    otherNames: within(element, 'DomainAlias').map((each) => textIn(each, 'Name')),
    accounts: within(element, 'Account').map(readAccount),
    aliases: within(element, 'Alias').map((each) => ({
      address: textIn(each, 'Name'),
      to: textIn(each, 'Value'),
      isActive: isSet(each, 'Active'),
    })),
    lists: within(element, 'DistributionList').map(readList),
  };
}

function readList(element: XmlElement): ForeignDomain['lists'][number] {
  const members = element.children.flatMap((child) => child.children).map((each) => textIn(each, 'Name'));
  return {
    address: textIn(element, 'Name'),
    isActive: isSet(element, 'Active'),
    mode: numberIn(element, 'ListMode'),
    members: members.filter((member) => member !== ''),
  };
}

function readAccount(element: XmlElement): ForeignAccount {
  const names = [textIn(element, 'PersonFirstName'), textIn(element, 'PersonLastName')];
  const vacation = { subject: textIn(element, 'VacationSubject'), text: textIn(element, 'VacationMessage') };
  const forward = { to: textIn(element, 'ForwardAddress'), keepsCopy: isSet(element, 'ForwardKeepOriginal') };
  return {
    address: textIn(element, 'Name'),
    name: names.filter((name) => name !== '').join(' '),
    isActive: isSet(element, 'Active'),
    password: textIn(element, 'Password'),
    passwordEncryption: numberIn(element, 'PasswordEncryption'),
    quotaBytes: mebibytes(numberIn(element, 'MaxAccountSize')),
    vacation: isSet(element, 'VacationMessageOn') ? vacation : null,
    forward: isSet(element, 'ForwardEnabled') && forward.to !== '' ? forward : null,
    rules: within(element, 'Rule').map(readRule),
    folders: readFolders(element, []),
  };
}

function readFolders(element: XmlElement, above: readonly string[]): readonly ForeignFolder[] {
  return within(element, 'Folder').flatMap((folder) => {
    const path = [...above, textIn(folder, 'Name')];
    return [{ path, messages: within(folder, 'Message').map(readMessage) }, ...readFolders(folder, path)];
  });
}

function readMessage(element: XmlElement): ForeignMessage {
  // `2024-05-01 09:30:00`, in the old server's local time, which this machine is taken to share.
  const createdAt = Date.parse(textIn(element, 'CreateTime').replace(' ', 'T'));
  return {
    fileName: textIn(element, 'Filename'),
    flags: numberIn(element, 'Flags'),
    createdAt: Number.isNaN(createdAt) ? null : createdAt,
  };
}

function readRule(element: XmlElement): ForeignRule {
  return {
    name: textIn(element, 'Name'),
    isActive: isSet(element, 'Active'),
    needsAll: isSet(element, 'UseAND'),
    criteria: within(element, 'Criteria').map((each) => ({
      headerField: isSet(each, 'UsePredefinedField') ? null : textIn(each, 'HeaderField'),
      predefined: numberIn(each, 'FieldType'),
      match: numberIn(each, 'MatchType'),
      value: textIn(each, 'MatchString'),
    })),
    actions: within(element, 'Action').map((each) => ({
      type: numberIn(each, 'Type'),
      folder: textIn(each, 'IMAPFolder'),
      to: textIn(each, 'To'),
      subject: textIn(each, 'Subject'),
      body: textIn(each, 'Body'),
      header: textIn(each, 'Header'),
      value: textIn(each, 'Value'),
    })),
  };
}

function readRoute(element: XmlElement): ForeignRoute {
  return {
    domain: textIn(element, 'Name'),
    host: textIn(element, 'TargetHost'),
    port: numberIn(element, 'TargetPort') || 25,
    security: numberIn(element, 'ConnectionSecurity'),
    user: isSet(element, 'RequiresAuthentication') ? orNull(textIn(element, 'Username')) : null,
  };
}

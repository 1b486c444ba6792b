/**
 * An hMailServer's set-up as a plan: what comes, what is here already and stays as it is, what cannot come and why.
 *
 * Flow: read-hmailserver.ts → here → carry-out.ts. Invariants: what does not come over is named, never dropped in silence; what comes
 * is what a provision would take; new passwords are random, since the old ones are only known as hashes (foreign-hashes.ts keeps those
 * until each is used).
 */
import { existsSync } from 'node:fs';
import type { RandomBytes } from '../../base/ids.ts';
import type { MoveInItem } from '../../contract/move-in.ts';
import { canonicalDomain, domainOfKey, isValidLocalPart, keyOfAddress } from '../../directory/address-key.ts';
import { foreignHash } from '../../directory/foreign-hashes.ts';
import { parseAddress } from '../../format/address.ts';
import { checkScript } from '../../mail/delivery/sieve/checking/check-script.ts';
import { findRouteProblem } from '../../mail/routing/find-route-problem.ts';
import { HmailserverSource, type BackupPlaces } from './hmailserver-source.ts';
import { localPartOf, type Here, type MailJob, type MoveInPlan, type NewAccount } from './plan.ts';
import type { ForeignAccount, ForeignDomain, ForeignRoute, HmailserverBackup } from './read-hmailserver.ts';
import { rulesToSieve } from './rules-to-sieve.ts';

const PASSWORD_OCTETS = 24;
const ROUTE_TLS = ['none', 'implicit', 'opportunistic', 'required'] as const;
const LIST_POSTING = ['anyone', 'members', 'domain'] as const;

export interface HmailserverPlanOptions {
  readonly here: Here;
  readonly places: BackupPlaces;
  readonly randomBytes: RandomBytes;
}

export function planHmailserver(backup: HmailserverBackup, options: HmailserverPlanOptions): MoveInPlan {
  return new HmailserverPlanner(options).plan(backup);
}

type Note = Partial<Pick<MoveInItem, 'detail' | 'reason' | 'messages'>>;

class HmailserverPlanner {
  readonly #options: HmailserverPlanOptions;
  readonly #items: MoveInItem[] = [];
  readonly #newAccounts: NewAccount[] = [];
  readonly #jobs: MailJob[] = [];
  /** Keys of addresses, and names of domains, that the backup has used. */
  readonly #used = new Set<string>();

  constructor(options: HmailserverPlanOptions) {
    this.#options = options;
  }

  plan(backup: HmailserverBackup): MoveInPlan {
    const domains = backup.domains.flatMap((domain) => this.#domain(domain));
    const others = backup.domains.flatMap((domain) =>
      domain.otherNames.flatMap((name) => this.#otherName(name, domain.name)),
    );
    const routes = backup.routes.flatMap((route) => this.#route(route));
    for (const name of backup.publicFolders)
      this.#note('publicFolder', name, { state: 'cannot', reason: 'belongsToNobody' });
    const { here } = this.#options;
    return {
      items: this.#items,
      provision: {
        domains: [...domains, ...others],
        // What is there counts before what comes.
        ...(routes.length > 0 && { routes: [...here.routes, ...routes] }),
      },
      newAccounts: this.#newAccounts,
      jobs: this.#jobs,
    };
  }

  #note(kind: MoveInItem['kind'], name: string, rest: Note & Pick<MoveInItem, 'state'>): void {
    this.#items.push({ kind, name, detail: '', reason: null, messages: null, ...rest });
  }

  #domain(domain: ForeignDomain): readonly object[] {
    const name = canonicalDomain(domain.name);
    if (name === null || this.#used.has(name)) {
      this.#note('domain', domain.name, {
        state: 'cannot',
        reason: name === null ? 'invalidDomain' : 'twice',
      });
      return [];
    }
    this.#used.add(name);
    const { here } = this.#options;
    if ((here.domains.get(name) ?? null) !== null) {
      this.#note('domain', domain.name, { state: 'cannot', reason: 'otherNameHere' });
      return [];
    }
    const isNew = !here.domains.has(name);
    this.#note('domain', domain.name, {
      state: isNew ? 'comes' : 'exists',
      reason: isNew ? null : 'domainStays',
    });
    if (domain.hasSignature) this.#note('signature', domain.name, { state: 'cannot', reason: 'addsNothing' });
    if (isNew && domain.keyFile !== null)
      this.#note('key', domain.name, { state: 'cannot', detail: domain.keyFile, reason: 'ownKeys' });
    return [
      {
        name,
        ...(isNew && this.#domainSettings(domain)),
        accounts: domain.accounts.flatMap((account) => this.#account(account, name)),
        aliases: domain.aliases.flatMap((alias) => this.#alias(alias, name)),
        groups: domain.lists.flatMap((list) => this.#list(list, name)),
      },
    ];
  }

  #domainSettings({ name, catchAll, quotaBytes }: ForeignDomain): object {
    const isSound = catchAll !== null && isAddress(catchAll);
    if (catchAll !== null)
      this.#note('catchAll', name, {
        state: isSound ? 'comes' : 'cannot',
        detail: catchAll,
        reason: isSound ? null : 'invalidTarget',
      });
    return { ...(isSound && { catchAll }), ...(quotaBytes !== null && { quotaBytes }) };
  }

  #otherName(other: string, of: string): readonly object[] {
    const name = canonicalDomain(other);
    const detail = of;
    const { domains } = this.#options.here;
    if (name === null) this.#note('otherName', other, { state: 'cannot', detail, reason: 'invalidDomain' });
    else if (this.#used.has(name))
      this.#note('otherName', other, { state: 'cannot', detail, reason: 'twice' });
    else if (domains.has(name))
      this.#note('otherName', other, { state: 'exists', detail, reason: 'domainStays' });
    else if ((domains.get(canonicalDomain(of) ?? '') ?? null) !== null || canonicalDomain(of) === null)
      this.#note('otherName', other, { state: 'cannot', detail, reason: 'domainCannot' });
    else {
      this.#note('otherName', other, { state: 'comes', detail });
      this.#used.add(name);
      return [{ name, aliasOf: of }];
    }
    return [];
  }

  /** Whether the address can be made; what is here stays. */
  #mayCome(kind: 'account' | 'alias' | 'list', address: string, more: Note & { domain: string }): boolean {
    const { domain, ...note } = more;
    const key = keyOfAddress(address);
    const isSound = key !== null && domainOfKey(key) === domain && isValidLocalPart(localPartOf(address));
    if (key === null || !isSound) {
      this.#note(kind, address, { state: 'cannot', ...note, reason: 'invalidAddress' });
      return false;
    }
    if (this.#used.has(key)) {
      this.#note(kind, address, { state: 'cannot', ...note, reason: 'twice' });
      return false;
    }
    this.#used.add(key);
    if (!this.#options.here.addresses.has(key)) return true;
    if (kind === 'account' && !this.#options.here.accounts.has(key))
      this.#note(kind, address, { state: 'cannot', ...note, reason: 'addressTaken' });
    else
      this.#note(kind, address, {
        state: 'exists',
        ...note,
        reason: kind === 'account' ? 'accountStays' : null,
      });
    return false;
  }

  #account(account: ForeignAccount, domain: string): readonly object[] {
    const { address, name, quotaBytes, isActive } = account;
    const source = new HmailserverSource(account, this.#options.places);
    const note = { detail: name, messages: source.totalMessages };
    const isHere = this.#options.here.accounts.has(keyOfAddress(address) ?? '');
    const mayCome = this.#mayCome('account', address, { ...note, domain });
    if (!mayCome && !isHere) return [];
    this.#jobs.push({ address, messages: source.totalMessages, open: () => Promise.resolve(source) });
    if (mayCome)
      this.#note('account', address, { state: 'comes', ...note, reason: isActive ? null : 'switchedOff' });
    if (source.totalMessages > 0 && !existsSync(source.place))
      this.#note('mail', address, { state: 'cannot', detail: source.place, reason: 'noMailFiles' });
    if (account.hasSignature) this.#note('signature', address, { state: 'cannot', reason: 'addsNothing' });
    for (const detail of account.fetchedFrom)
      this.#note('fetching', address, { state: 'cannot', detail, reason: 'fetchesNothing' });
    if (!mayCome) return [];
    this.#newAccount(account);
    return [
      {
        localPart: localPartOf(address),
        name,
        password: Buffer.from(this.#options.randomBytes(PASSWORD_OCTETS)).toString('base64'),
        ...(quotaBytes !== null && { quotaBytes }),
        ...this.#forwarding(account),
        ...this.#script(account),
      },
    ];
  }

  #newAccount({ address, password, passwordEncryption, isActive }: ForeignAccount): void {
    const passwordHash = foreignHash(password, passwordEncryption);
    if (passwordHash === null)
      this.#note('password', address, { state: 'byHand', reason: 'passwordUnknown' });
    this.#newAccounts.push({ address, isActive, passwordHash });
  }

  #forwarding({ address, forward }: ForeignAccount): object {
    if (forward === null) return {};
    const detail = forward.to;
    const isLoop = keyOfAddress(detail) === keyOfAddress(address);
    const reason = isLoop ? 'leadsToItself' : isAddress(detail) ? null : 'invalidTarget';
    this.#note('forwarding', address, { state: reason === null ? 'comes' : 'cannot', detail, reason });
    return reason === null ? { forwardTo: forward.to, keepCopy: forward.keepsCopy } : {};
  }

  #script(account: ForeignAccount): object {
    const { address, rules, vacation } = account;
    const { script, leftOut } = rulesToSieve(account);
    const isSound = script !== null && checkScript(script).ok;
    const left = isSound || script === null ? leftOut : rules.map(({ name }) => name);
    for (const detail of left)
      this.#note('rule', address, { state: 'byHand', detail, reason: 'ruleNotSieve' });
    const told = rules.filter(({ name }) => !left.includes(name)).map(({ name }) => name);
    if (isSound && told.length > 0) this.#note('rules', address, { state: 'comes', detail: told.join(', ') });
    if (vacation !== null)
      this.#note('absence', address, {
        state: isSound ? 'comes' : 'byHand',
        detail: vacation.subject,
        reason: isSound ? null : 'ruleNotSieve',
      });
    return isSound ? { sieve: script } : {};
  }

  #alias({ address, to, isActive }: ForeignDomain['aliases'][number], domain: string): readonly object[] {
    if (!this.#mayCome('alias', address, { detail: to, domain })) return [];
    const isLoop = keyOfAddress(to) === keyOfAddress(address);
    const reason = isLoop ? 'leadsToItself' : isAddress(to) ? null : 'invalidTarget';
    if (reason !== null) {
      this.#note('alias', address, { state: 'cannot', detail: to, reason });
      return [];
    }
    this.#note('alias', address, { state: 'comes', detail: to, reason: isActive ? null : 'switchedOff' });
    return [{ localPart: localPartOf(address), to: [to], enabled: isActive }];
  }

  #list(list: ForeignDomain['lists'][number], domain: string): readonly object[] {
    const { address, members, isActive, mode } = list;
    const sound = members.filter(isAddress);
    const detail = sound.join(', ');
    if (!this.#mayCome('list', address, { detail, domain })) return [];
    if (!isActive) {
      this.#note('list', address, { state: 'cannot', detail, reason: 'listSwitchedOff' });
      return [];
    }
    this.#note('list', address, { state: 'comes', detail });
    for (const member of members.filter((each) => !isAddress(each)))
      this.#note('list', address, { state: 'cannot', detail: member, reason: 'invalidTarget' });
    return [{ localPart: localPartOf(address), members: sound, posting: LIST_POSTING[mode] ?? 'domain' }];
  }

  #route({ domain, host, port, security, user }: ForeignRoute): readonly object[] {
    const detail = port === 25 ? host : `${host}:${port}`;
    const route = { recipientDomain: domain, hosts: [detail], tls: ROUTE_TLS[security] ?? 'opportunistic' };
    if (findRouteProblem([{ ...route, protocol: 'smtp', verifyCertificate: false }]) !== null) {
      this.#note('route', domain, { state: 'cannot', detail, reason: 'invalidRoute' });
      return [];
    }
    const isHere = this.#options.here.routes.some((each) => each.recipientDomain === domain);
    this.#note('route', domain, { state: isHere ? 'exists' : 'comes', detail });
    if (isHere) return [];
    if (user !== null) this.#note('route', domain, { state: 'byHand', detail: user, reason: 'routeSignsIn' });
    return [route];
  }
}

function isAddress(text: string): boolean {
  return keyOfAddress(text) !== null && parseAddress(text, { allowUtf8: true }).ok;
}

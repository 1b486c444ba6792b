/** One connection's side of the sign-in desk: what its SASL mechanisms ask. */
import type { ChannelBindingType } from '../../protocol/connection/tls-channel.ts';
import type {
  BearerToken,
  SaslBackend,
  ScramHash,
  ScramKeys,
  SignInVerdict,
} from '../../protocol/sasl/exchange.ts';
import { isOwnIdentity } from '../../protocol/sasl/exchange.ts';
import { normalizePassword } from '../credentials.ts';
import { MOST_PASSWORD_CHARACTERS } from '../limits.ts';
import type { Account } from '../port.ts';
import { impossibleKeys, parseScramKeys, SCRAM_ITERATIONS, SCRAM_SALT_OCTETS } from '../scram-keys.ts';
import { addressesOfCertificate } from './certificate-addresses.ts';
import { isVouchedFor } from './client-authorities.ts';
import type { DeskParts } from './create-sign-in-desk.ts';
import { REFUSAL_DELAY_MS } from './limits.ts';
import { SCOPE_OF } from './port.ts';
import type { AccountSecrets, AppPasswordRow, MailDoor, SignInClient, SignInMethod } from './port.ts';
import { showSignInName } from '../../protocol/sasl/shown-name.ts';
import type { AdmittedAttempt, SignInAttempt } from './sign-in-guard.ts';
import type { TriedSecret } from './wrong-secrets.ts';

type Verdict = SignInVerdict<Account>;

/** Somebody who says that they are somebody. */
interface Visit {
  /** As it was given. */
  readonly name: string;
  readonly secrets: AccountSecrets | null;
  readonly method: SignInMethod;
}

type Comparison = 'right' | 'wrong' | 'wrongAgain';

const REFUSED: Verdict = { kind: 'refused' };
const BLOCKED: Verdict = { kind: 'blocked' };
const UNAVAILABLE: Verdict = { kind: 'unavailable' };

export class DoorBackend implements SaslBackend<Account> {
  readonly #parts: DeskParts;
  readonly #door: MailDoor;
  readonly #client: SignInClient;

  constructor(parts: DeskParts, door: MailDoor, client: SignInClient) {
    this.#parts = parts;
    this.#door = door;
    this.#client = client;
  }

  get allowsSha1(): boolean {
    return this.#parts.settings().allowScramSha1;
  }

  get tokenIssuer(): string | null {
    return this.#parts.settings().tokenIssuer?.issuer ?? null;
  }

  get signInWithToken() {
    const { tokenIssuer } = this.#parts.settings();
    return tokenIssuer === null ? undefined : (bearer: BearerToken) => this.#withToken(bearer);
  }

  get signInWithCertificate() {
    const { clientAuthorities } = this.#parts.settings();
    const certificate = this.#client.channel?.clientCertificate() ?? null;
    if (clientAuthorities === null || certificate === null) return undefined;
    if (!isVouchedFor(certificate, clientAuthorities, this.#parts.clock.now())) return undefined;
    return (name: string | null) => this.#withCertificate(addressesOfCertificate(certificate), name);
  }

  get channelBinding() {
    const { channel } = this.#client;
    return channel === undefined ? undefined : (type: ChannelBindingType) => channel.bindingOf(type);
  }

  async signIn(name: string, password: string): Promise<Verdict> {
    const visit: Visit = { name, secrets: this.#parts.directory.secretsOf(name), method: 'password' };
    const secret = password.length <= MOST_PASSWORD_CHARACTERS ? normalizePassword(password) : '';
    const tried = {
      remoteAddress: this.#client.remoteAddress,
      name: this.#keyOf(visit),
      secret,
      stored: visit.secrets?.credentials.scrypt ?? '',
    };
    // The app passwords may have changed since: they are cheap to look at.
    const appPassword = this.#findAppPassword(visit, secret);
    if (appPassword === null && this.#parts.wrong.has(tried)) return this.#refuseAgain(visit);
    const attempt = await this.#admit(visit);
    if ('kind' in attempt) return attempt;
    const found = appPassword === null ? await this.#compare(visit, tried, attempt) : 'right';
    if (found === 'busy') return this.#end(visit, UNAVAILABLE);
    if (found === 'wrongAgain') return this.#refuseAgain(visit);
    const verdict = await this.#decide({ ...visit, attempt, isRight: found === 'right', appPassword });
    if (verdict.kind === 'ok' && appPassword === null) this.#hashAnew(visit, secret);
    return verdict;
  }

  /** While its password is at hand in clear text, what is kept of it is brought up to date; nobody waits for that. */
  #hashAnew({ secrets }: Visit, secret: string): void {
    const { passwords, directory, settings, onError } = this.#parts;
    const withSha1 = settings().allowScramSha1;
    if (secrets === null || !passwords.isOutdated(secrets.credentials, { withSha1 })) return;
    passwords
      .hash(secret, { before: secrets.credentials, withSha1 })
      .then((credentials) => directory.replaceCredentials(secrets.account.id, credentials))
      .catch(onError);
  }

  scramKeys(name: string, hash: ScramHash): Promise<ScramKeys<Account>> {
    const { directory, passwords, randomBytes } = this.#parts;
    const visit: Visit = { name, secrets: directory.secretsOf(name), method: 'scram' };
    // The exchange may never be ended: what counts is counted when the proof is there.
    const isOpen = this.#isOpenFor(visit);
    const stored = visit.secrets === null ? null : parseScramKeys(visit.secrets.credentials.scramSha256);
    const nonce = Buffer.from(randomBytes(SCRAM_SALT_OCTETS)).toString('base64');
    const candidates = isOpen ? this.#candidatesOf(visit, hash) : [];
    const impossible = { ...impossibleKeys(hash, randomBytes), admit: () => Promise.resolve(REFUSED) };
    return Promise.resolve({
      nonce,
      salt: stored?.salt ?? passwords.inventedSalt(name),
      iterations: stored?.iterations ?? SCRAM_ITERATIONS,
      candidates: candidates.length === 0 ? [impossible] : candidates,
      refuse: () => this.#conclude(visit, { isRight: false, appPassword: null }),
    });
  }

  #candidatesOf(visit: Visit, hash: ScramHash) {
    if (visit.secrets === null) return [];
    const { account, credentials } = visit.secrets;
    const own = {
      keys: hash === 'sha256' ? credentials.scramSha256 : credentials.scramSha1,
      appPassword: null,
    };
    const ofApps = this.#parts.appPasswords.usable(account.id).map((appPassword) => ({
      keys: hash === 'sha256' ? appPassword.scramSha256 : (appPassword.scramSha1 ?? undefined),
      appPassword,
    }));
    return [own, ...ofApps].flatMap(({ keys, appPassword }) => {
      if (keys === undefined) return [];
      const admit = () => this.#conclude(visit, { isRight: true, appPassword });
      return [{ ...parseScramKeys(keys), admit }];
    });
  }

  async #withToken(bearer: BearerToken): Promise<Verdict> {
    const { tokens, directory } = this.#parts;
    const asked: Visit = { name: bearer.name ?? '', secrets: null, method: 'token' };
    const attempt = await this.#admit(asked);
    if ('kind' in attempt) return attempt;
    const owner = await tokens.verify(bearer.token).catch((error: unknown) => {
      attempt.dropped();
      throw error;
    });
    if (owner.kind === 'unavailable') {
      attempt.dropped();
      return this.#end(asked, UNAVAILABLE);
    }
    const isRight = owner.kind === 'valid' && this.#isSame(bearer.name, owner.address);
    const name = owner.kind === 'valid' ? owner.address : asked.name;
    const visit: Visit = { ...asked, name, secrets: isRight ? directory.secretsOf(name) : null };
    return this.#decide({ ...visit, attempt, isRight: visit.secrets !== null, appPassword: null });
  }

  /** A certificate is shown in every handshake, so it is no guess. */
  #withCertificate(addresses: readonly string[], name: string | null): Promise<Verdict> {
    const address = addresses.find(
      (one) => this.#isSame(name, one) && this.#parts.directory.secretsOf(one) !== null,
    );
    const secrets = address === undefined ? null : this.#parts.directory.secretsOf(address);
    const visit: Visit = { name: address ?? name ?? '', secrets, method: 'certificate' };
    return this.#conclude(visit, { isRight: secrets !== null, appPassword: null });
  }

  /** Whether who wants to act under a name is whom the address belongs to. */
  #isSame(name: string | null, address: string): boolean {
    if (name === null || isOwnIdentity(name, address)) return true;
    const { directory } = this.#parts;
    const asked = directory.secretsOf(name)?.account.id;
    return asked !== undefined && asked === directory.secretsOf(address)?.account.id;
  }

  /** The name under which wrong secrets are counted: the account's own, however it was spelled. */
  #keyOf({ name, secrets }: Visit): string {
    return secrets?.account.address.toLowerCase() ?? name.toLowerCase();
  }

  #shownName(visit: Visit): string {
    return visit.secrets === null ? showSignInName(this.#keyOf(visit)) : this.#keyOf(visit);
  }

  #isKnownPlace({ secrets }: Visit): boolean {
    return secrets !== null && this.#parts.log.isKnownPlace(secrets.account.id, this.#client.remoteAddress);
  }

  #findAppPassword({ secrets }: Visit, secret: string): AppPasswordRow | null {
    return secrets === null ? null : this.#parts.appPasswords.find(secrets.account.id, secret);
  }

  /** An attempt, once it is its turn, or why there is none. */
  async #admit(visit: Visit): Promise<AdmittedAttempt | Verdict> {
    const admitted = await this.#parts.guard.admitInTurn(this.#attemptOf(visit));
    if (typeof admitted === 'object') return admitted;
    return this.#end(visit, admitted === 'closed' ? BLOCKED : UNAVAILABLE);
  }

  #isOpenFor(visit: Visit): boolean {
    const attempt = this.#parts.guard.admit(this.#attemptOf(visit));
    attempt?.dropped();
    if (attempt === null) this.#note(visit, BLOCKED, null);
    return attempt !== null;
  }

  #attemptOf(visit: Visit): SignInAttempt {
    return {
      remoteAddress: this.#client.remoteAddress,
      name: this.#keyOf(visit),
      shownName: this.#shownName(visit),
      door: this.#door,
      isKnownPlace: this.#isKnownPlace(visit),
    };
  }

  /** What is neither right nor wrong ends the attempt. */
  async #compare(visit: Visit, tried: TriedSecret, attempt: AdmittedAttempt): Promise<Comparison | 'busy'> {
    const { passwords, line } = this.#parts;
    const stored = visit.secrets?.credentials.scrypt ?? null;
    const compare = () => this.#compareNow(tried, stored);
    try {
      const isQuick = stored !== null && passwords.isRemembered(tried.secret, stored);
      const found =
        isQuick || this.#isKnownPlace(visit)
          ? await compare()
          : ((await line.run(this.#client.remoteAddress, compare)) ?? 'busy');
      if (found === 'busy' || found === 'wrongAgain') attempt.dropped();
      return found;
    } catch (error) {
      attempt.dropped();
      throw error;
    }
  }

  /** While it stood in line the same wrong secret may have been compared: it is no other guess. */
  async #compareNow(tried: TriedSecret, stored: string | null): Promise<Comparison> {
    const { passwords, wrong } = this.#parts;
    if (wrong.has(tried)) return 'wrongAgain';
    if (await passwords.verify(tried.secret, tried.secret === '' ? null : stored)) return 'right';
    wrong.add(tried);
    return 'wrong';
  }

  /** Where the secret has been compared without an attempt that waits for the outcome. */
  async #conclude(
    visit: Visit,
    found: { isRight: boolean; appPassword: AppPasswordRow | null },
  ): Promise<Verdict> {
    const attempt = await this.#admit(visit);
    return 'kind' in attempt ? attempt : this.#decide({ ...visit, ...found, attempt });
  }

  async #decide(
    decided: Visit & { attempt: AdmittedAttempt; isRight: boolean; appPassword: AppPasswordRow | null },
  ): Promise<Verdict> {
    const { secrets, attempt, isRight, appPassword } = decided;
    if (!isRight || secrets === null) {
      const delayMs = attempt.failed();
      this.#note(decided, REFUSED, null);
      return this.#after(delayMs, REFUSED);
    }
    const verdict = this.#verdictFor(secrets.account, appPassword, decided.method);
    if (verdict.kind === 'ok') attempt.succeeded();
    else attempt.dropped();
    this.#note(decided, verdict, appPassword);
    if (verdict.kind === 'ok') this.#welcome(secrets, appPassword);
    return verdict;
  }

  #verdictFor(account: Account, appPassword: AppPasswordRow | null, method: SignInMethod): Verdict {
    if (!account.isEnabled) return { kind: 'disabled' };
    const isAllowed =
      appPassword === null
        ? !(account.requiresAppPassword && (method === 'password' || method === 'scram'))
        : appPassword.scopes.includes(SCOPE_OF[this.#door]);
    return isAllowed ? { kind: 'ok', account } : { kind: 'notAllowed' };
  }

  #welcome({ account }: AccountSecrets, appPassword: AppPasswordRow | null): void {
    const { directory, appPasswords, clock } = this.#parts;
    directory.noteSignIn(account.id);
    const use = { at: clock.now(), address: this.#client.remoteAddress, door: this.#door };
    if (appPassword !== null) appPasswords.noteUse(appPassword.id, use);
  }

  /** The same wrong secret as before: as late an answer, and nothing is counted. */
  #refuseAgain(visit: Visit): Promise<Verdict> {
    this.#note(visit, REFUSED, null);
    return this.#after(REFUSAL_DELAY_MS, REFUSED);
  }

  #end(visit: Visit, verdict: Verdict): Verdict {
    this.#note(visit, verdict, null);
    return verdict;
  }

  #after(delayMs: number, verdict: Verdict): Promise<Verdict> {
    return new Promise((resolve) => this.#parts.clock.after(delayMs, () => resolve(verdict)));
  }

  #note(visit: Visit, { kind: outcome }: Verdict, appPassword: AppPasswordRow | null): void {
    this.#parts.log.note({
      accountId: visit.secrets?.account.id ?? null,
      name: this.#shownName(visit),
      address: this.#client.remoteAddress,
      door: this.#door,
      method: appPassword === null ? visit.method : 'appPassword',
      outcome,
      appPasswordId: appPassword?.id ?? null,
    });
  }
}

/**
 * Every accepted message ends in exactly one place for each of its recipients: a mailbox, quarantine, a forwarded copy, a program,
 * a DSN, or a rule that threw it away and says so. Offices, rules and messages are random; what is behind them is real but for
 * the relay, the rules' engine and the programs.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openTestDirectory } from '../support/test-directory.ts';
import { ManualClock } from '../../src-main/base/clock.ts';
import { silentLogger } from '../../src-main/base/logger.ts';
import type { FullDirectory } from '../../src-main/directory/create-directory.ts';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { chooseDsnLanguage } from '../../src-main/mail/bounce/choose-language.ts';
import { createBounceStage } from '../../src-main/mail/bounce/create-bounce-stage.ts';
import { MemorySpool } from '../../src-main/mail/content/memory-spool.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import type { HandOver } from '../../src-main/mail/delivery/hand-over/port.ts';
import { KEPT, type AccountFilter, type FilterResult } from '../../src-main/mail/delivery/port.ts';
import type { MailEvent, RefusalEvent } from '../../src-main/mail/events.ts';
import { createMessageQueue } from '../../src-main/mail/queue/create-message-queue.ts';
import { MemoryQueueStore, type DepositedCopy } from '../../src-main/mail/queue/memory-queue-store.ts';
import { createRouter } from '../../src-main/mail/routing/create-router.ts';
import { createRoutingCourier } from '../../src-main/mail/routing/create-routing-courier.ts';
import { createRuleBook } from '../../src-main/mail/routing/relay-rules/create-rule-book.ts';
import { createPlainDelivery } from '../support/plain-delivery.ts';
import { QueuedContentReader } from '../support/queued-content-reader.ts';
import { RecordingRelay } from '../support/recording-relay.ts';

const DOMAIN = 'server1.com';
const PEOPLE = ['anna', 'tom', 'nora', 'paul'] as const;
const HALF_A_DAY_MS = 12 * 60 * 60_000;

type Rule = 'none' | 'keep' | 'file' | 'discard' | 'refuse' | 'redirect';

interface Person {
  readonly rule: Rule;
  readonly forwards: 'no' | 'keeping' | 'away' | 'toTom';
  readonly isHandedOver: boolean;
}

const PLAIN: Person = { rule: 'none', forwards: 'no', isHandedOver: false };

/** Somebody by the position among PEOPLE, somebody elsewhere, or the other one of group and alias. */
type Target = number | 'elsewhere' | 'other';

interface Office {
  readonly people: readonly Person[];
  readonly group: readonly Target[];
  readonly alias: readonly Target[];
  readonly program: 'takes' | 'refuses' | 'waits';
}

interface Sent {
  readonly to: readonly string[];
  readonly verdict: 'accept' | 'junk' | 'quarantine';
  readonly reversePath: string;
}

const person = fc.record<Person>({
  rule: fc.constantFrom<Rule>('none', 'keep', 'file', 'discard', 'refuse', 'redirect'),
  forwards: fc.constantFrom<Person['forwards']>('no', 'no', 'keeping', 'away', 'toTom'),
  isHandedOver: fc.boolean(),
});
const targets = fc.uniqueArray(fc.constantFrom<Target>(0, 1, 2, 3, 'elsewhere', 'other'), {
  minLength: 1,
  maxLength: 4,
});
const office = fc.record<Office>({
  people: fc.array(person, { minLength: PEOPLE.length, maxLength: PEOPLE.length }),
  group: targets,
  alias: targets,
  program: fc.constantFrom<Office['program']>('takes', 'refuses', 'waits'),
});
const ADDRESSES = [...PEOPLE, 'group', 'alias', 'nobody'].map((name) => `${name}@${DOMAIN}`);
const sent = fc.record<Sent>({
  to: fc.uniqueArray(fc.constantFrom(...ADDRESSES, 'someone@elsewhere.example'), {
    minLength: 1,
    maxLength: 4,
  }),
  verdict: fc.constantFrom<Sent['verdict']>('accept', 'accept', 'junk', 'quarantine'),
  reversePath: fc.constantFrom('', 'jill@server2.com', `anna@${DOMAIN}`),
});

const RESULTS: Readonly<Record<Rule, FilterResult>> = {
  none: KEPT,
  keep: KEPT,
  file: { ...KEPT, copies: [{ mailbox: 'News', flags: [], mayCreate: false }] },
  discard: { ...KEPT, copies: [], discardedBy: 'Newsletters' },
  refuse: { ...KEPT, copies: [], refusal: { status: '5.7.1', text: 'No, thank you' } },
  redirect: { ...KEPT, copies: [], redirects: [{ to: ['archive@elsewhere.example'] }] },
};

async function openDirectory(clock: ManualClock, given: Office): Promise<FullDirectory> {
  const directory = await openTestDirectory(clock);
  await directory.addDomain(DOMAIN);
  for (const [index, localPart] of PEOPLE.entries()) {
    await directory.addSharedMailbox({ localPart, domain: DOMAIN, name: '' });
    await setUpAccount(directory, { id: index + 1, localPart }, given.people[index] ?? PLAIN);
  }
  const addressOf = (other: string) => (target: Target) => {
    if (target === 'elsewhere') return 'partner@elsewhere.example';
    return `${target === 'other' ? other : PEOPLE[target]}@${DOMAIN}`;
  };
  const group = { name: '', posting: 'anyone' as const, moderators: [] };
  const ofGroup = { localPart: 'group', targets: given.group.map(addressOf('alias')), group };
  await directory.putAlias({ ...ofGroup, domain: DOMAIN });
  const ofAlias = { localPart: 'alias', targets: given.alias.map(addressOf('group')) };
  await directory.putAlias({ ...ofAlias, domain: DOMAIN });
  return directory;
}

async function setUpAccount(
  directory: FullDirectory,
  { id, localPart }: { readonly id: number; readonly localPart: string },
  settings: Person,
): Promise<void> {
  const { forwards, isHandedOver } = settings;
  const to = forwards === 'toTom' ? [`tom@${DOMAIN}`] : [`${localPart}@home.example`];
  await directory.changeAccount(id, {
    forwarding: isForwarding(localPart, settings) ? { to, keepsCopy: forwards === 'keeping' } : null,
    delivery: isHandedOver ? { method: 'pipe', command: ['/bin/program'] } : { method: 'mailstore' },
  });
}

function isForwarding(localPart: string, { forwards }: Person): boolean {
  return forwards !== 'no' && !(forwards === 'toTom' && localPart === 'tom');
}

/** Runs an office until nothing is left to do, and keeps what became of the message. */
class Run {
  readonly copies: DepositedCopy[] = [];
  readonly handed: string[] = [];
  readonly events: (MailEvent | RefusalEvent)[] = [];
  readonly relay = new RecordingRelay();
  readonly store = new MemoryQueueStore((copy) => this.copies.push(copy));
  readonly #clock = new ManualClock(1_000_000);
  readonly #office: Office;
  #ids = 0;

  constructor(given: Office) {
    this.#office = given;
  }

  async send({ reversePath, to, verdict }: Sent): Promise<FullDirectory> {
    const directory = await openDirectory(this.#clock, this.#office);
    const spool = new MemorySpool();
    const receiver = createMessageReceiver({ spool, createIndexer: createMessageIndexer });
    const queue = this.#openQueue(directory, receiver, new QueuedContentReader(this.store, spool));
    const writer = receiver.begin();
    await writer.write(Buffer.from('Subject: hello\r\n\r\nGood morning.\r\n'));
    await queue.start();
    await queue.enqueue({
      id: 'message',
      content: await writer.finish(),
      reversePath,
      receivedAt: this.#clock.now(),
      origin: 'reception',
      smtpUtf8: false,
      recipients: to,
      verdict: { action: verdict, score: 0, findings: [], decidedBy: 'score' },
      events: [],
    });
    // Longer than the queue is patient: what waits is given up, and told.
    for (let halfDays = 0; halfDays < 14; halfDays++) {
      await queue.whenIdle();
      this.#clock.advance(HALF_A_DAY_MS);
    }
    await queue.whenIdle();
    await queue.stop();
    return directory;
  }

  #openQueue(
    directory: FullDirectory,
    receiver: ReturnType<typeof createMessageReceiver>,
    content: QueuedContentReader,
  ) {
    const clock = this.#clock;
    const common = { clock, receiver, content, directory, makeId: () => `following-${++this.#ids}` };
    const settings = () => ({ relay: { mode: 'direct' as const }, routes: [] });
    const rules = createRuleBook({ directory, clock, rules: () => [] });
    const { filter, handOver } = this.#makeRules();
    return createMessageQueue({
      store: this.store,
      courier: createRoutingCourier({
        router: createRouter({ directory, settings, rules }),
        chosenNextHop: () => null,
        delivery: createPlainDelivery(common, { filter, handOver }),
        relay: this.relay,
      }),
      bounces: createBounceStage({
        ...common,
        hostname: () => 'mail.server1.com',
        language: chooseDsnLanguage,
        logger: silentLogger,
      }),
      clock,
      logger: silentLogger,
      events: (event) => this.events.push(event),
      randomBytes: (length) => new Uint8Array(length),
    });
  }

  #makeRules(): { filter: AccountFilter; handOver: HandOver } {
    const { people, program } = this.#office;
    const ruleOf = ({ id }: { readonly id: number }): Rule => people[id - 1]?.rule ?? 'none';
    const answers = {
      takes: { kind: 'delivered', status: '2.0.0' },
      refuses: { kind: 'failed', status: '5.3.0' },
      waits: { kind: 'deferred', status: '4.3.0' },
    } as const;
    return {
      filter: {
        hasRules: (account) => Promise.resolve(ruleOf(account) !== 'none'),
        filter: ({ account }) => Promise.resolve(RESULTS[ruleOf(account)]),
      },
      handOver: (_method, { address }) => {
        if (program === 'takes') this.handed.push(address);
        return Promise.resolve({ ...answers[program], diagnostic: 'so it is' });
      },
    };
  }

  /** What happened to the message itself, not to what followed from it. */
  get about(): readonly MailEvent[] {
    return this.events.filter(
      (event) => event.type !== 'refused' && event.traceId === 'message',
    ) as MailEvent[];
  }

  /** Recipients of which somebody was told, or nobody could be, that they failed; given up or refused. */
  get failed(): readonly string[] {
    return this.about.flatMap((event) =>
      (event.type === 'bounced' && event.action === 'failed') || event.type === 'unreported'
        ? event.recipients
        : [],
    );
  }

  /** Addresses for which the office keeps a copy apart. */
  get keptForOffice(): readonly string[] {
    return this.about.flatMap((event) => (event.type === 'quarantined' ? event.account : []));
  }

  /** The places that the message has reached for an account, each as often as it did. */
  placesOf(id: number, address: string, leads: (recipient: string) => boolean): readonly string[] {
    const told = (type: MailEvent['type']) =>
      this.about.filter((event) => event.type === type && 'account' in event && event.account === address);
    const own = this.copies.filter(
      ({ deposit, traceId }) => traceId === 'message' && deposit.accountId === id,
    );
    return [
      ...own.map(() => 'mailbox'),
      ...told('forwarded').map(() => 'forwarded'),
      ...told('discarded').map(() => 'discarded'),
      ...told('quarantined').map(() => 'quarantine'),
      ...told('attempted').flatMap((event) =>
        event.type === 'attempted' && event.handedTo !== undefined && event.outcome.kind === 'delivered'
          ? 'program'
          : [],
      ),
      // Of each recipient that leads there its sender is told.
      ...this.failed
        .filter((recipient) => leads(recipient))
        .map(() => 'failed')
        .slice(0, 1),
    ].sort();
  }
}

/** What ought to become of it. */
function expectedPlaces(
  localPart: string,
  settings: Person,
  { program, verdict }: Pick<Office, 'program'> & Pick<Sent, 'verdict'>,
): readonly string[] {
  const { rule, forwards, isHandedOver } = settings;
  if (verdict === 'quarantine') return ['quarantine'];
  if (rule === 'discard') return ['discarded'];
  if (rule === 'refuse') return ['failed'];
  if (rule === 'redirect') return ['forwarded'];
  const isForwarded = isForwarding(localPart, settings) && verdict !== 'junk';
  if (isForwarded && forwards !== 'keeping') return ['forwarded'];
  // A hand-over that fails takes the forwarding along: the next attempt, or the DSN, is about both.
  if (isHandedOver && program !== 'takes') return ['failed'];
  const place = isHandedOver ? 'program' : 'mailbox';
  return isForwarded ? ['forwarded', place] : [place];
}

/** Whom the message leads to. */
async function reach(directory: FullDirectory, { to, reversePath }: Sent) {
  const accounts = new Map<number, string>();
  const elsewhere = new Set<string>();
  /** Recipients that lead to one account and to nobody else, by the account's address. */
  const alone = new Map<string, string[]>();
  for (const address of to) {
    const resolved = await directory.resolve(address, reversePath);
    if (resolved.kind === 'foreign') elsewhere.add(address);
    if (resolved.kind !== 'local') continue;
    for (const account of resolved.accounts) accounts.set(account.id, account.address);
    for (const foreign of resolved.foreign) elsewhere.add(foreign);
    const [only, ...others] = [...resolved.accounts.map((account) => account.address), ...resolved.foreign];
    if (only !== undefined && others.length === 0) alone.set(only, [...(alone.get(only) ?? []), address]);
  }
  return { accounts, elsewhere, leadingTo: (address: string) => alone.get(address) ?? [] };
}

test('a random message in a random office ends in one place for each recipient, and failures are told', async () => {
  await fc.assert(
    fc.asyncProperty(office, sent, async (given, message) => {
      const run = new Run(given);
      const directory = await run.send(message);
      expect(await run.store.find('message')).toBeNull();
      const { accounts, elsewhere, leadingTo } = await reach(directory, message);
      for (const [id, address] of accounts) {
        const [localPart = ''] = address.split('@');
        const settings = given.people[id - 1] ?? PLAIN;
        const expected = expectedPlaces(localPart, settings, { ...given, ...message });
        const leads = (recipient: string) => recipient === address || leadingTo(address).includes(recipient);
        expect(run.placesOf(id, address, leads), address).toEqual(expected);
      }
      const relayed = run.relay.relayed.filter(({ traceId }) => traceId === 'message');
      const gone = relayed.map(({ address }) => address);
      const apart = run.keptForOffice.filter((address) => elsewhere.has(address));
      expect([...gone, ...apart].sort()).toEqual([...elsewhere].sort());
      // Whom the sender names gets it from us; what an alias leads to is kept apart.
      if (message.verdict === 'quarantine')
        expect(gone.every((address) => message.to.includes(address))).toBe(true);
      else expect(apart).toEqual([]);
      const isSilent = run.about.some(({ type }) => type === 'unreported');
      expect(isSilent && message.reversePath !== '').toBe(false);
    }),
    { numRuns: 1_000 },
  );
});

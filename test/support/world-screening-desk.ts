/** Screening of the console's test world: a quarantine with a few messages, lists and engines that answer as they are told. */
import { tell, type FindingDetail } from '../../src-main/base/finding-texts.ts';
import { Emitter } from '../../src-main/base/emitter.ts';
import type { ScreeningDesk } from '../../src-main/host/screening-desk.ts';
import type { OwnersLesson } from '../../src-main/mail/screening/bayes/hand-training.ts';
import type { HeldAs } from '../../src-main/mail/screening/store-port.ts';
import { MemorySenderListStore } from '../../src-main/mail/screening/sender-lists/memory-sender-list-store.ts';
import type { ListState } from '../../src-main/mail/screening/dns-lists/dns-list-desk.ts';
import type { QuarantinedContent } from '../../src-main/mail/screening/quarantine/quarantine-desk.ts';
import {
  kindOf,
  type QuarantinedMessage,
  type QuarantineFilter,
} from '../../src-main/mail/screening/quarantine/port.ts';

const DAY_MS = 24 * 60 * 60_000;

export class WorldScreeningDesk implements ScreeningDesk {
  readonly #changed = new Emitter<void>();
  /** What engines answer; null: they are not there. */
  engineAnswer: string | null = 'ClamAV 1.4.6';
  listState: ListState = { kind: 'working' };
  messages: QuarantinedMessage[] = [];
  braked: readonly string[] = [];
  totals = { junk: 34, mail: 171, tokens: 9_412 };

  /** Keeps a message apart, as a delivery would. */
  keep(message: QuarantinedMessage): void {
    this.messages = [message, ...this.messages];
    this.#changed.emit();
  }

  stateOfList(): ListState {
    return this.listState;
  }

  testList(): Promise<ListState> {
    return Promise.resolve(this.listState);
  }

  /** No milter is there. */
  testEngine({ kind }: { readonly kind?: string } = {}) {
    const engineAnswer = kind === 'milter' ? null : this.engineAnswer;
    return Promise.resolve(
      engineAnswer === null
        ? { isWorking: false, detail: 'the host refused the connection' }
        : { isWorking: true, detail: engineAnswer },
    );
  }

  readonly senderLists = new MemorySenderListStore();

  learned(owner: number) {
    return Promise.resolve(owner === 0 ? this.totals : { junk: 12, mail: 40, tokens: 2_100 });
  }

  readonly #held = new Map<string, HeldAs>();

  teach(traceId: string, lessons: readonly OwnersLesson[]) {
    return Promise.resolve(
      lessons.map(({ owner, as }) => {
        const key = `${owner} ${traceId}`;
        const before = this.#held.get(key) ?? null;
        this.#held.set(key, as);
        return before;
      }),
    );
  }

  brakedAccounts(): readonly string[] {
    return this.braked;
  }

  forgetLearned(): Promise<void> {
    this.totals = { junk: 0, mail: 0, tokens: 0 };
    return Promise.resolve();
  }

  readonly quarantine: ScreeningDesk['quarantine'] = {
    list: (filter, { offset, limit }) => Promise.resolve(this.#find(filter).slice(offset, offset + limit)),
    count: (filter) => Promise.resolve(this.#find(filter).length),
    read: (id) => Promise.resolve(this.#read(id)),
    release: (filter) => Promise.resolve(this.#take(filter)),
    remove: (filter) => Promise.resolve(this.#take(filter)),
    expiresAt: ({ keptAt }) => keptAt + 30 * DAY_MS,
    onChange: this.#changed.subscribe,
  };

  #find({ ids, accountId, isOffices, text = '' }: QuarantineFilter): readonly QuarantinedMessage[] {
    const wanted = text.toLowerCase();
    return this.messages.filter(
      ({ id, author, subject, recipient, accountId: owner }) =>
        (accountId === undefined || owner === accountId) &&
        (isOffices === undefined || (owner === null) === isOffices) &&
        (ids === undefined || ids.includes(id)) &&
        `${author} ${subject} ${recipient}`.toLowerCase().includes(wanted),
    );
  }

  #take(filter: QuarantineFilter): number {
    const taken = this.#find(filter);
    this.messages = this.messages.filter((message) => !taken.includes(message));
    this.#changed.emit();
    return taken.length;
  }

  #read(id: number): QuarantinedContent | null {
    const message = this.messages.find((each) => each.id === id);
    if (message === undefined) return null;
    return {
      headers: [
        { name: 'From', value: message.author },
        { name: 'Subject', value: message.subject },
      ],
      text: 'Your parcel could not be delivered, pay the customs fee now.',
      attachments: ['invoice.zip › invoice.pdf.exe'],
      links: ['198.51.100.7'],
      findings: message.verdict.findings,
    };
  }
}

/** A quarantine as an office has it, and engines of which one answers. */
export function seedScreening(desk: WorldScreeningDesk, now: number): void {
  const samples = [
    [
      'Paketdienst <info@zoll-gebuehr.example>',
      'Ihr Paket konnte nicht zugestellt werden',
      'bayes.junk',
      17.5,
    ],
    ['财务部 <finance@fapiao.example>', '代开各类增值税发票，税点优惠', 'linkList.listed', 14],
    [
      '"anna.larsen@harbor-office.example" <x91@evil.example>',
      'Urgent wire transfer',
      'header.nameOfOurs',
      12.5,
    ],
    ['Scanner <scan@copy.example>', 'Invoice 4711', 'attachment.forbiddenInside', 3],
    ['Bank <secure@bank.example>', 'Confirm your account', 'dmarc.fail', 6],
  ] as const;
  const details: Readonly<Record<string, FindingDetail>> = {
    'bayes.junk': tell('learnedByOffice', { percent: 99 }),
    'linkList.listed': tell('listed', { key: 'fapiao.example', meaning: 'a domain of junk' }),
    'header.nameOfOurs': tell('nameOfOurs', { domain: 'harbor-office.example' }),
    'dmarc.fail': tell('dmarcFail', { domain: 'bank.example', reason: 'neither SPF nor DKIM proves it' }),
    'attachment.forbiddenInside': tell('forbiddenInside', { name: 'invoice.zip', inside: 'invoice.pdf.exe' }),
  };
  samples.forEach(([author, subject, decidedBy, score], index) => {
    const [check = '', outcome = ''] = decidedBy.split('.');
    const finding = { check, outcome, weight: 5, detail: details[decidedBy] ?? '' };
    const other = {
      check: 'reverseName',
      outcome: 'none',
      weight: 1.5,
      detail: tell('noReverseName', { address: '192.0.2.7' }),
    };
    const verdict = { action: 'quarantine', score, findings: [finding, other], decidedBy } as const;
    const isOffices = decidedBy === 'dmarc.fail';
    desk.messages.push({
      id: index + 1,
      accountId: isOffices ? null : 1,
      address: isOffices ? 'tax@adviser.example' : 'anna.larsen@harbor-office.example',
      kind: kindOf(verdict),
      way: isOffices
        ? { kind: 'queue', recipient: 'tax@adviser.example', origin: 'reception', smtpUtf8: false }
        : { kind: 'inbox' },
      contentId: index + 1,
      sizeBytes: 4096 * (index + 1),
      traceId: `quarantined${index}`,
      prefix: '',
      reversePath: 'bounce@evil.example',
      recipient: 'anna.larsen@harbor-office.example',
      author,
      subject,
      verdict,
      keptAt: now - (index + 1) * 5 * 60 * 60_000,
    });
  });
}

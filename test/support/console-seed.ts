/**
 * Console seed: a small office full of mail, for pictures and for trying the console: two domains, twenty accounts, some
 * thousand messages in several languages, and traffic that goes on.
 */
import { SHARE_LEVELS, type ShareLevel } from '../../src-main/contract/sharing.ts';
import { Sharing } from '../../src-main/host/sharing.ts';
import type { MailEvent } from '../../src-main/mail/events.ts';
import type { SessionSummary, TranscriptLine } from '../../src-main/observe/port.ts';
import type {
  MailProtocol,
  TlsDetails,
  TranscriptPhase,
} from '../../src-main/protocol/connection/session.ts';
import { type ConsoleWorld, outcome } from './console-world.ts';
import { createDice } from './dice.ts';
import { OUTSIDE, PEOPLE } from './office-people.ts';

const SUBJECTS = [
  'Invoice 2026-1187 for October',
  'Re: Delivery window on Thursday',
  'Meeting notes, 14 November',
  '关于十一月订单的确认',
  'Re: 普洱茶样品已寄出',
  'Offre de transport Marseille – Hambourg',
  'Счёт за ноябрь',
  'Scan from the printer on the 2nd floor',
  'Rechnung Nr. 4471 und Lieferschein',
  '見積書の件',
  'Fwd: Customs declaration, missing page',
  'Lunch on Friday?',
  '会议纪要：仓库盘点',
  'Your server backup has finished',
  'Pedido de muestras, segunda entrega',
  'Re: Re: Key for the storage room',
  'Holiday calendar 2027',
  '新的报价单，请查收',
  'Password of the guest network has changed',
  'Container MSKU 448812-3 arrives on Monday',
];

const TLS: TlsDetails = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };
const MINUTE_MS = 60_000;

interface SharedMailboxSeed {
  readonly localPart: string;
  readonly domain: string;
  readonly name: string;
  readonly members: readonly (readonly [member: string, level: ShareLevel])[];
}

function sharedMailboxes(harbor: string, lotus: string): readonly SharedMailboxSeed[] {
  return [
    {
      localPart: 'support',
      domain: harbor,
      name: 'Questions of customers',
      members: [
        ['anna.larsen', 'manage'],
        ['tom.becker', 'write'],
        ['maria.gonzalez', 'write'],
        ['jean.dupont', 'read'],
      ],
    },
    { localPart: 'invoices', domain: harbor, name: 'Invoices', members: [['helen.wright', 'write']] },
    { localPart: 'kefu', domain: lotus, name: '客户服务', members: [['anyone', 'read']] },
    { localPart: 'hr', domain: lotus, name: '', members: [] },
  ];
}

export class ConsoleSeed {
  readonly #world: ConsoleWorld;
  readonly #dice = createDice(20261121);
  #serial = 0;

  constructor(world: ConsoleWorld) {
    this.#world = world;
  }

  async fillDirectory(): Promise<void> {
    const { directory } = this.#world;
    await directory.addDomain('harbor-office.example');
    await directory.addDomain('lotus-tea.example');
    for (const [localPart, name, domain] of PEOPLE) {
      const added = await directory.addAccount({
        localPart,
        domain,
        name,
        password: 'correct horse battery',
      });
      if (!added.ok) throw new Error(added.error);
      await this.#fillAccount(added.value.id);
    }
    const [h, l] = ['harbor-office.example', 'lotus-tea.example'];
    await this.#shareMailboxes(h, l);
    for (const [localPart, domain, targets] of [
      ['sales', h, [`anna.larsen@${h}`, `tom.becker@${h}`]],
      ['info', h, [`frontdesk@${h}`]],
      ['postmaster', h, [`tom.becker@${h}`]],
      ['team', h, PEOPLE.slice(0, 8).map(([name]) => `${name}@${h}`)],
      ['postmaster', l, [`wang.fang@${l}`]],
      ['shop', l, [`orders@${l}`, `chen.jing@${l}`]],
    ] as const) {
      await directory.putAlias({ localPart, domain, targets });
    }
  }

  async #shareMailboxes(harbor: string, lotus: string): Promise<void> {
    const { directory, mailStore } = this.#world;
    const sharing = new Sharing(mailStore, directory);
    for (const { localPart, domain, name, members } of sharedMailboxes(harbor, lotus)) {
      const added = await directory.addSharedMailbox({ localPart, domain, name });
      if (!added.ok) throw new Error(added.error);
      await this.#fillAccount(added.value.id);
      const mailboxes = await mailStore.listMailboxes(added.value.id);
      for (const [member, level] of members) {
        const grantee = directory.accounts.find((account) => account.localPart === member)?.id ?? 'anyone';
        await sharing.give(mailboxes, grantee, () => ({ rights: SHARE_LEVELS[level], denied: '' }));
      }
    }
  }

  /** Messages of the last days and the last hour. */
  fillHistory(messages: number): void {
    const now = this.#world.clock.now();
    for (let i = messages; i > 0; i--) {
      const age = i < 240 ? i * 0.25 * MINUTE_MS + this.#dice.below(9000) : i * 3.1 * MINUTE_MS;
      this.exchange(now - age);
    }
  }

  /** One of the things that happen in an office. */
  exchange(at: number): void {
    const roll = this.#dice.next();
    if (roll < 0.45) this.#arrival(at);
    else if (roll < 0.72) this.#submission(at);
    else if (roll < 0.9) this.#reading(at);
    else if (roll < 0.95) this.#popCollect(at);
    else this.#refusal(at);
  }

  /** A session that goes on while one looks: a client sends a message line by line. */
  liveSubmission(onMessage?: () => void): void {
    const { clock, transcripts } = this.#world;
    const startedAt = clock.now();
    const [localPart, , domain] = this.#dice.pick(PEOPLE);
    const pc = `${localPart.replace('.', '-')}-pc`;
    const address = `${localPart}@${domain}`;
    const to = this.#dice.pick(PEOPLE);
    const session = this.#session('submission', startedAt, {
      remoteAddress: `192.168.1.${String(20 + this.#dice.below(60))}`,
    });
    const traceId = this.#id('m');
    const script = submissionLines(pc, traceId, { from: address, to: `${to[0]}@${to[2]}` });
    transcripts.open(session);
    const step = (at: number): void => {
      const line = script[at];
      if (line === undefined) {
        transcripts.close(session.id, clock.now());
        onMessage?.();
        return;
      }
      const facts = {
        remoteName: pc,
        account: address,
        tls: TLS,
        messages: at > 16 ? 1 : 0,
      };
      transcripts.say(session.id, [{ ...line, offsetMs: clock.now() - startedAt }], at > 8 ? facts : {});
      clock.after(120 + this.#dice.below(500), () => step(at + 1));
    };
    step(0);
  }

  #arrival(at: number): void {
    const [from, author, remoteAddress, remoteName] = this.#dice.pick(OUTSIDE);
    const [localPart, , domain] = this.#dice.pick(PEOPLE);
    const recipient = `${localPart}@${domain}`;
    const traceId = this.#id('m');
    const session = this.#ended('smtp', at, { remoteAddress, remoteName, messages: 1 });
    this.#world.transcripts.add({
      summary: session,
      omittedLines: 0,
      lines: receptionLines(remoteName, traceId, { from, to: recipient }),
    });
    this.#message({ traceId, at, via: 'reception', from, author, to: [recipient], session });
  }

  #submission(at: number): void {
    const [localPart, name, domain] = this.#dice.pick(PEOPLE);
    const from = `${localPart}@${domain}`;
    const isToTeam = this.#dice.next() < 0.12;
    const other = this.#dice.pick(PEOPLE);
    const to = isToTeam ? ['sales@harbor-office.example'] : [`${other[0]}@${other[2]}`];
    const traceId = this.#id('m');
    const remoteAddress = `192.168.1.${String(20 + this.#dice.below(60))}`;
    const session = this.#ended('submission', at, {
      remoteAddress,
      remoteName: '[192.168.1.44]',
      account: from,
      messages: 1,
    });
    this.#world.transcripts.add({
      summary: session,
      omittedLines: 0,
      lines: submissionLines('tom-pc', traceId, { from, to: to[0] ?? '' }),
    });
    this.#message({ traceId, at, via: 'submission', from, author: name, to, session });
  }

  #reading(at: number): void {
    const [localPart, , domain] = this.#dice.pick(PEOPLE);
    const account = `${localPart}@${domain}`;
    const session = this.#ended('imap', at, {
      account,
      remoteName: 'Thunderbird 140.4',
      remoteAddress: `192.168.1.${String(20 + this.#dice.below(60))}`,
    });
    this.#world.transcripts.add({ summary: session, omittedLines: 0, lines: imapLines(account) });
    this.#world.meter.count('read', at);
  }

  #popCollect(at: number): void {
    const account = 'printer.2nd-floor@harbor-office.example';
    const isWrong = this.#dice.next() < 0.3;
    const summary = this.#ended('pop3', at, {
      account: isWrong ? null : account,
      remoteAddress: '192.168.1.9',
      lastError: isWrong ? '-ERR [AUTH] wrong name or password' : null,
    });
    this.#world.transcripts.add({ summary, omittedLines: 0, lines: popLines(account, isWrong) });
  }

  /** A month of office days: busy by day, quiet at night and at weekends, one afternoon when a next hop was down. */
  async fillFlow(): Promise<void> {
    const { flow, clock } = this.#world;
    const quarter = 15 * 60_000;
    const newest = Math.floor(clock.now() / quarter) * quarter;
    for (let ago = 30 * 96; ago > 4; ago--) {
      const start = newest - ago * quarter;
      const at = new Date(start);
      const isOffice = at.getDay() % 6 !== 0 && at.getHours() >= 7 && at.getHours() < 19;
      const received = this.#dice.below(isOffice ? 24 : 4);
      const isDown = ago > 40 && ago < 60;
      await flow.add({
        start,
        counts: {
          received,
          submitted: this.#dice.below(isOffice ? 14 : 2),
          foundJunk: this.#dice.below(2 + received / 4),
          refused: this.#dice.below(5),
        },
        mostWaiting: isDown ? 60 - ago + 25 : this.#dice.below(4),
        oldestMs: isDown ? (60 - ago) * quarter : this.#dice.below(300_000),
      });
    }
  }

  #refusal(at: number): void {
    const remoteAddress = `198.51.100.${String(this.#dice.below(255))}`;
    const reply = '550 5.7.1 Relaying denied: example.com is not one of our domains';
    const session = this.#ended('smtp', at, {
      remoteAddress,
      remoteName: 'ylmf-pc',
      lastError: reply,
      tls: null,
    });
    this.#world.transcripts.add({ summary: session, omittedLines: 0, lines: relayAttempt(reply) });
    this.#world.meter.emit({
      type: 'refused',
      at,
      via: 'reception',
      sessionId: session.id,
      remoteAddress,
      reversePath: 'spam@bulk.example',
      recipient: 'victim@example.com',
      reply,
    });
  }

  #message(sent: {
    traceId: string;
    at: number;
    via: 'submission' | 'reception';
    from: string;
    author: string;
    to: readonly string[];
    session: SessionSummary;
  }): void {
    const { traceId, at } = sent;
    const { timelines, meter, mailStore, directory } = this.#world;
    const sizeBytes = 1800 + Math.floor(this.#dice.next() ** 6 * 8_000_000);
    const isFailed = this.#dice.next() < 0.012;
    const isWaiting = !isFailed && this.#dice.next() < 0.006;
    const summary = {
      traceId,
      receivedAt: at,
      via: sent.via,
      reversePath: sent.from,
      author: `${sent.author} <${sent.from}>`,
      recipients: sent.to,
      subject: this.#dice.pick(SUBJECTS),
      messageId: `<${traceId}@${sent.from.split('@')[1] ?? ''}>`,
      sizeBytes,
      state: isFailed ? ('failed' as const) : isWaiting ? ('waiting' as const) : ('done' as const),
    };
    const events: MailEvent[] = [
      {
        traceId,
        at,
        type: 'received',
        via: sent.via,
        sessionId: sent.session.id,
        remoteAddress: sent.session.remoteAddress,
        ...(sent.session.remoteName === null ? {} : { remoteName: sent.session.remoteName }),
        ...(sent.session.account === null ? {} : { account: sent.session.account }),
        tls: TLS,
        reversePath: sent.from,
        recipients: sent.to,
        sizeBytes,
      },
    ];
    if (sent.via === 'submission') {
      events.push({ traceId, at: at + 1, type: 'repaired', what: ['messageIdAdded', 'bccRemoved'] });
    }
    events.push({ traceId, at: at + 4, type: 'queued', recipients: sent.to });
    const isAlias = sent.to[0] === 'sales@harbor-office.example';
    const into = isAlias
      ? ['anna.larsen@harbor-office.example', 'tom.becker@harbor-office.example']
      : sent.to;
    if (isAlias) {
      events.push({ traceId, at: at + 9, type: 'expanded', recipient: sent.to[0] ?? '', by: 'alias', into });
    }
    for (const account of into) {
      events.push({
        traceId,
        at: at + 14,
        type: 'attempted',
        attempt: 1,
        account,
        mailbox: 'INBOX',
        outcome: outcome(
          isFailed
            ? {
                kind: 'failed',
                recipient: account,
                at: at + 14,
                status: '5.2.2',
                diagnostic: 'Mailbox is full',
              }
            : isWaiting
              ? {
                  kind: 'deferred',
                  recipient: account,
                  at: at + 14,
                  status: '4.3.0',
                  diagnostic: 'The mail store did not answer in time; trying again',
                }
              : { recipient: account, at: at + 14 },
        ),
      });
      const owner = directory.accounts.find((each) => each.address === account);
      if (owner !== undefined && !isFailed && !isWaiting) {
        mailStore.put(owner.id, { messages: 1, unread: this.#dice.below(4) === 0 ? 1 : 0, bytes: sizeBytes });
      }
    }
    if (!isWaiting) events.push({ traceId, at: at + 15, type: 'finished' });
    if (!isWaiting && !isFailed && this.#dice.next() < 0.5) {
      events.push({
        traceId,
        at: at + 48_000,
        type: 'read',
        by: 'imap',
        account: into[0] ?? '',
        mailbox: 'INBOX',
      });
    }
    timelines.put(summary, events);
    for (const event of events) meter.emit(event);
  }

  async #fillAccount(id: number): Promise<void> {
    const { directory, mailStore, clock } = this.#world;
    const messages = 200 + this.#dice.below(9000);
    mailStore.put(id, {
      messages,
      unread: this.#dice.below(40),
      bytes: messages * (40_000 + this.#dice.below(400_000)),
    });
    await directory.changeAccount(id, {
      lastSignInAt: id % 7 === 3 ? null : clock.now() - this.#dice.below(600) * MINUTE_MS,
      quotaBytes: id % 3 === 0 ? 4 * 2 ** 30 : id % 5 === 0 ? 500 * 2 ** 20 : null,
      isEnabled: id !== 12,
    });
  }

  #ended(protocol: MailProtocol, at: number, facts: Partial<SessionSummary>): SessionSummary {
    const duration = 180 + this.#dice.below(4000);
    const base = this.#session(protocol, at, facts);
    return { ...base, tls: TLS, endedAt: at + duration, end: 'closed', lineCount: 18, ...facts };
  }

  #session(protocol: MailProtocol, startedAt: number, facts: Partial<SessionSummary>): SessionSummary {
    const ports = { smtp: 25, submission: 587, imap: 993, pop3: 995, managesieve: 4190 };
    return {
      id: this.#id('s'),
      protocol,
      direction: 'in',
      remoteAddress: '192.168.1.20',
      remotePort: 40_000 + this.#dice.below(20_000),
      localPort: ports[protocol],
      remoteName: null,
      account: null,
      tls: null,
      startedAt,
      endedAt: null,
      end: null,
      messages: 0,
      lastError: null,
      lineCount: 0,
      ...facts,
    };
  }

  #id(prefix: string): string {
    return `${prefix}${(1_000_000 + this.#serial++).toString(32)}k7d3fz`;
  }
}

/** `C`, `S`, `N` (note) or `O` (octets) before each text; phases by a word of their own. */
function dialogue(script: readonly (readonly [TranscriptPhase, string])[]): TranscriptLine[] {
  const kinds = { C: 'client', S: 'server', N: 'note', O: 'content' } as const;
  return script.map(([phase, text], i) => ({
    offsetMs: i * 11 + (i % 3) * 4,
    kind: kinds[text.charAt(0) as keyof typeof kinds],
    phase,
    text: text.slice(2),
  }));
}

function receptionLines(
  remoteName: string,
  traceId: string,
  { from, to }: { from: string; to: string },
): TranscriptLine[] {
  return dialogue([
    ['connect', 'S 220 mail.example.com ESMTP Postroom'],
    ['connect', `C EHLO ${remoteName}`],
    ['connect', `S 250-mail.example.com greets ${remoteName}`],
    ['connect', 'S 250-PIPELINING'],
    ['connect', 'S 250-SIZE 52428800'],
    ['connect', 'S 250-8BITMIME'],
    ['connect', 'S 250-SMTPUTF8'],
    ['connect', 'S 250 STARTTLS'],
    ['tls', 'C STARTTLS'],
    ['tls', 'S 220 2.0.0 Ready to start TLS'],
    ['tls', `N TLS is on: ${TLS.version} ${TLS.cipher}`],
    ['tls', `C EHLO ${remoteName}`],
    ['tls', `S 250 mail.example.com greets ${remoteName}`],
    ['envelope', `C MAIL FROM:<${from}> SIZE=18211 BODY=8BITMIME`],
    ['envelope', 'S 250 2.1.0 Sender OK'],
    ['envelope', `C RCPT TO:<${to}>`],
    ['envelope', 'S 250 2.1.5 Recipient OK'],
    ['content', 'C DATA'],
    ['content', 'S 354 End data with <CR><LF>.<CR><LF>'],
    ['content', 'O client 18211'],
    ['content', `S 250 2.0.0 Accepted as ${traceId}`],
    ['close', 'C QUIT'],
    ['close', 'S 221 2.0.0 Bye'],
  ]);
}

function submissionLines(
  pc: string,
  traceId: string,
  { from, to }: { from: string; to: string },
): TranscriptLine[] {
  return dialogue([
    ['connect', 'S 220 mail.example.com ESMTP Postroom'],
    ['connect', `C EHLO ${pc}`],
    ['connect', `S 250-mail.example.com greets ${pc}`],
    ['connect', 'S 250-PIPELINING'],
    ['connect', 'S 250 STARTTLS'],
    ['tls', 'C STARTTLS'],
    ['tls', 'S 220 2.0.0 Ready to start TLS'],
    ['tls', `N TLS is on: ${TLS.version} ${TLS.cipher}`],
    ['sign-in', 'C AUTH PLAIN [hidden]'],
    ['sign-in', 'S 235 2.7.0 Signed in'],
    ['envelope', `C MAIL FROM:<${from}>`],
    ['envelope', 'S 250 2.1.0 Sender OK'],
    ['envelope', `C RCPT TO:<${to}>`],
    ['envelope', 'S 250 2.1.5 Recipient OK'],
    ['content', 'C DATA'],
    ['content', 'S 354 End data with <CR><LF>.<CR><LF>'],
    ['content', 'O client 4096'],
    ['content', `S 250 2.0.0 Accepted as ${traceId}`],
    ['close', 'C QUIT'],
    ['close', 'S 221 2.0.0 Bye'],
  ]);
}

function imapLines(account: string): TranscriptLine[] {
  return dialogue([
    ['connect', 'N TLS is on: TLSv1.3 TLS_AES_256_GCM_SHA384'],
    ['connect', 'S * OK [CAPABILITY IMAP4rev2 IMAP4rev1 AUTH=PLAIN IDLE] Postroom'],
    ['sign-in', `C 1 LOGIN "${account}" [hidden]`],
    ['sign-in', 'S 1 OK LOGIN completed'],
    ['mailbox', 'C 2 ID ("name" "Thunderbird" "version" "140.4")'],
    ['mailbox', 'S * ID ("name" "Postroom")'],
    ['mailbox', 'S 2 OK ID completed'],
    ['mailbox', 'C 3 SELECT INBOX'],
    ['mailbox', 'S * 1284 EXISTS'],
    ['mailbox', 'S * OK [UIDVALIDITY 1763690000] UIDs valid'],
    ['mailbox', 'S 3 OK [READ-WRITE] SELECT completed'],
    ['mailbox', 'C 4 UID FETCH 1280:* (FLAGS BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)])'],
    ['mailbox', 'O server 2418'],
    ['mailbox', 'S 4 OK UID FETCH completed'],
    ['mailbox', 'C 5 SELECT "Projekte/2024"'],
    ['mailbox', 'S 5 NO [NONEXISTENT] No such mailbox'],
    ['mailbox', 'C 6 IDLE'],
    ['mailbox', 'S + idling'],
    ['close', 'C 7 LOGOUT'],
    ['close', 'S * BYE Postroom signing off'],
    ['close', 'S 7 OK LOGOUT completed'],
  ]);
}

function popLines(account: string, isWrong: boolean): TranscriptLine[] {
  const start = [
    ['connect', 'N TLS is on: TLSv1.3 TLS_AES_256_GCM_SHA384'],
    ['connect', 'S +OK Postroom POP3'],
    ['sign-in', `C USER ${account}`],
    ['sign-in', 'S +OK'],
    ['sign-in', 'C PASS [hidden]'],
  ] as const;
  if (isWrong)
    return dialogue([
      ...start,
      ['sign-in', 'S -ERR [AUTH] wrong name or password'],
      ['close', 'C QUIT'],
      ['close', 'S +OK'],
    ]);
  return dialogue([
    ...start,
    ['sign-in', 'S +OK 3 messages'],
    ['mailbox', 'C STAT'],
    ['mailbox', 'S +OK 3 48211'],
    ['mailbox', 'C RETR 1'],
    ['content', 'S +OK 16072 octets'],
    ['content', 'O server 16072'],
    ['mailbox', 'C DELE 1'],
    ['mailbox', 'S +OK'],
    ['close', 'C QUIT'],
    ['close', 'S +OK 1 message deleted'],
  ]);
}

function relayAttempt(reply: string): TranscriptLine[] {
  return dialogue([
    ['connect', 'S 220 mail.example.com ESMTP Postroom'],
    ['connect', 'C EHLO ylmf-pc'],
    ['connect', 'S 250 mail.example.com greets ylmf-pc'],
    ['envelope', 'C MAIL FROM:<spam@bulk.example>'],
    ['envelope', 'S 250 2.1.0 Sender OK'],
    ['envelope', 'C RCPT TO:<victim@example.com>'],
    ['envelope', `S ${reply}`],
    ['close', 'C QUIT'],
    ['close', 'S 221 2.0.0 Bye'],
  ]);
}

/**
 * ImapClientSession: reads the mail of one account on another server (RFC 3501, RFC 9051).
 *
 * Flow: transfer → here → ImapClientWire. Invariants: mailboxes are only examined and bodies only peeked at, so nothing changes
 * there; every failure is an ImapProblem whose message is a sentence.
 */
import { parseDateTime } from '../grammar/date.ts';
import { formatNumbers } from '../grammar/sequence-set.ts';
import type { BodyFollows, ImapClientWire } from './client-wire.ts';
import { LOGOUT_TIMEOUT_MS, REQUESTS_AHEAD, RESPONSE_TIMEOUT_MS } from './limits.ts';
import { pairsOf, parseValues, type Response, type ResponseValue } from './parse-response.ts';

export interface RemoteMailbox {
  /** As the server spells it, octets. */
  readonly wireName: string;
  readonly delimiter: string | null;
  /** In lower case: `\sent`. */
  readonly attributes: ReadonlySet<string>;
}

export interface RemoteMessage {
  readonly uid: number;
  readonly flags: readonly string[];
  /** Milliseconds since 1970 UTC; null where the server does not say. */
  readonly internalDate: number | null;
  readonly sizeBytes: number;
  /** Of the header section; null where it has none. */
  readonly messageId: string | null;
}

export interface RemoteBody {
  readonly uid: number;
  /** To be read before the next one is asked for. */
  octets(): AsyncIterable<Uint8Array>;
}

type Data = Extract<Response, { kind: 'data' }>;
type Completion = Extract<Response, { kind: 'completion' }>;

const UID_BEFORE = /[( ]UID (\d+) /iu;

const ITEMS = 'UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]';

export class ImapClientSession {
  readonly #wire: ImapClientWire;
  readonly #capabilities: ReadonlySet<string>;
  /** Whether this server says whose a body is before the body; until that is known, one is asked for at a time. */
  #namesUidFirst = false;

  constructor(wire: ImapClientWire, capabilities: ReadonlySet<string>) {
    this.#wire = wire;
    this.#capabilities = capabilities;
  }

  /** What names of the account's own mailboxes begin with: `INBOX.` on some servers (RFC 2342). */
  async readPersonalPrefix(): Promise<string> {
    if (!this.#capabilities.has('NAMESPACE')) return '';
    const [answer] = await this.#ask('NAMESPACE', 'NAMESPACE');
    const personal = parseValues(answer?.rest ?? '')?.[0];
    const first = Array.isArray(personal) ? (personal[0] as ResponseValue) : null;
    const prefix = Array.isArray(first) ? (first[0] as ResponseValue) : null;
    return typeof prefix === 'string' ? prefix : '';
  }

  /** All mailboxes that can be opened. */
  async listMailboxes(): Promise<readonly RemoteMailbox[]> {
    // RFC 6154 §2: some servers tell of special uses only when they are asked.
    const mayAsk = this.#capabilities.has('SPECIAL-USE') && this.#capabilities.has('LIST-EXTENDED');
    const answers = await this.#ask(`LIST "" "*"${mayAsk ? ' RETURN (SPECIAL-USE)' : ''}`, 'LIST');
    return answers
      .flatMap(({ rest }) => readMailbox(rest))
      .filter(({ attributes }) => !attributes.has('\\noselect') && !attributes.has('\\nonexistent'));
  }

  /** How many messages it has (RFC 9051 §6.3.11). */
  async countMessages(mailbox: RemoteMailbox): Promise<number> {
    const [answer] = await this.#ask(`STATUS ${quote(mailbox.wireName)} (MESSAGES)`, 'STATUS');
    const values = parseValues(answer?.rest ?? '') ?? [];
    return Number(pairsOf(values.at(-1)).get('MESSAGES') ?? 0);
  }

  /** Opens it for reading only (RFC 9051 §6.3.3); the UIDs in it, rising. */
  async examine(mailbox: RemoteMailbox): Promise<readonly number[]> {
    const answers = await this.#ask(`EXAMINE ${quote(mailbox.wireName)}`, 'EXISTS');
    if ((answers.at(-1)?.number ?? 0) === 0) return [];
    const uids: number[] = [];
    await this.#hear('UID FETCH 1:* (UID)', 'FETCH', ({ rest }) => {
      const uid = Number(pairsOf(parseValues(rest)?.[0]).get('UID'));
      if (Number.isSafeInteger(uid) && uid > 0) uids.push(uid);
    });
    return uids.sort((a, b) => a - b);
  }

  /** What is to be known of messages before they are fetched; those that have gone are left out. */
  async describe(uids: readonly number[]): Promise<readonly RemoteMessage[]> {
    const answers = await this.#ask(`UID FETCH ${formatNumbers(uids)} (${ITEMS})`, 'FETCH');
    const wanted = new Set(uids);
    return answers
      .flatMap(({ rest }) => readMessage(rest))
      .filter(({ uid }) => wanted.delete(uid))
      .sort((a, b) => a.uid - b.uid);
  }

  /**
   * Their octets, each to be read before the next; those that have gone are left out. Servers may work on several commands at
   * once (RFC 9051 §5.5), so it is the UID in a response that says whose octets it has.
   */
  async *fetchBodies(uids: readonly number[]): AsyncGenerator<RemoteBody> {
    const asked = new Map<string, number>();
    for (let next = 0; next < uids.length || asked.size > 0;) {
      const ahead = this.#namesUidFirst ? REQUESTS_AHEAD : 1;
      for (; next < uids.length && asked.size < ahead; next++) {
        const uid = uids[next] ?? 0;
        asked.set(this.#wire.send(`UID FETCH ${uid} (UID BODY.PEEK[])`), uid);
      }
      const response = await this.#wire.read(RESPONSE_TIMEOUT_MS);
      if (response.kind === 'body') yield* this.#receive(response, [...asked.values()]);
      else if (response.kind === 'completion') this.#conclude(response, asked);
      else yield* readShortBody(response);
    }
  }

  /** RFC 9051 §6.1.3; a server that is gone already need not hear it. */
  async logOut(): Promise<void> {
    try {
      this.#wire.send('LOGOUT');
      await this.#wire.read(LOGOUT_TIMEOUT_MS);
    } catch {
      return;
    }
    await this.#wire.close();
  }

  /** Drops the connection. */
  abort(): void {
    this.#wire.abort('closed');
  }

  async *#receive({ before, octets }: BodyFollows, asked: readonly number[]): AsyncGenerator<RemoteBody> {
    const named = UID_BEFORE.exec(before)?.[1];
    this.#namesUidFirst = named !== undefined;
    if (named === undefined && asked.length > 1)
      throw this.#wire.problem('The server does not say which message it sends');
    const body = this.#wire.readBody(octets, RESPONSE_TIMEOUT_MS);
    yield { uid: named === undefined ? (asked[0] ?? 0) : Number(named), octets: () => body };
    // What was not read stands before the rest of the response.
    while ((await body.next()).done !== true);
  }

  #conclude({ tag, status, text }: Completion, asked: Map<string, number>): void {
    const uid = asked.get(tag);
    if (!asked.delete(tag) || status === 'OK') return;
    throw this.#wire.problem(`The server would not give message ${uid}: ${text}`);
  }

  /** A command's data responses of one name. */
  async #ask(command: string, name: string): Promise<readonly Data[]> {
    const found: Data[] = [];
    await this.#hear(command, name, (data) => found.push(data));
    return found;
  }

  async #hear(command: string, name: string, onData: (data: Data) => void): Promise<void> {
    const tag = this.#wire.send(command);
    for (;;) {
      const response = await this.#wire.read(RESPONSE_TIMEOUT_MS);
      if (response.kind === 'data' && response.name === name) onData(response);
      if (response.kind === 'status' && response.status === 'BYE')
        throw this.#wire.problem(`The server ended the session: ${response.text}`);
      if (response.kind !== 'completion' || response.tag !== tag) continue;
      if (response.status === 'OK') return;
      throw this.#wire.problem(`The server refused ${command.split(' ')[0]}: ${response.text}`, 'refused');
    }
  }
}

/** What no quoted string can hold (RFC 9051 §4.3); a mailbox of such a name cannot be opened by anybody. */
const UNQUOTABLE = /[\0\r\n]/u;

/** `text` must hold no line ends. */
export function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/gu, '\\$&')}"`;
}

function readMailbox(rest: string): readonly RemoteMailbox[] {
  const [attributes, delimiter, wireName] = parseValues(rest) ?? [];
  if (!Array.isArray(attributes) || typeof wireName !== 'string' || UNQUOTABLE.test(wireName)) return [];
  const names = attributes.filter((each): each is string => typeof each === 'string');
  return [
    {
      wireName,
      delimiter: typeof delimiter === 'string' ? delimiter : null,
      attributes: new Set(names.map((each) => each.toLowerCase())),
    },
  ];
}

function readMessage(rest: string): readonly RemoteMessage[] {
  const pairs = pairsOf(parseValues(rest)?.[0]);
  const uid = Number(pairs.get('UID'));
  const sizeBytes = Number(pairs.get('RFC822.SIZE'));
  if (!Number.isSafeInteger(uid) || !Number.isSafeInteger(sizeBytes)) return [];
  const flags = pairs.get('FLAGS');
  const date = pairs.get('INTERNALDATE');
  const field = [...pairs].find(([name]) => name.startsWith('BODY['))?.[1];
  return [
    {
      uid,
      sizeBytes,
      flags: Array.isArray(flags) ? flags.filter((each): each is string => typeof each === 'string') : [],
      internalDate: typeof date === 'string' ? parseDateTime(date) : null,
      messageId: typeof field === 'string' ? fieldBody(field) : null,
    },
  ];
}

/** A whole message as a quoted string: some servers send short ones so. */
function* readShortBody(response: Response): Generator<RemoteBody> {
  if (response.kind !== 'data' || response.name !== 'FETCH') return;
  const pairs = pairsOf(parseValues(response.rest)?.[0]);
  const body = pairs.get('BODY[]');
  if (typeof body === 'string')
    yield { uid: Number(pairs.get('UID')), octets: () => only(Buffer.from(body, 'latin1')) };
}

async function* only(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(octets);
}

/** The value of a lone header field, unfolded (RFC 5322 §2.2.3). */
function fieldBody(field: string): string | null {
  const body = field
    .slice(field.indexOf(':') + 1)
    .replaceAll(/\r\n(?=[ \t])/gu, '')
    .trim();
  return body === '' ? null : body;
}

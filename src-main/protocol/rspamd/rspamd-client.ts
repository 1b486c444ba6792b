/**
 * RspamdClient: asks rspamd for its score and what it would do.
 *
 * Protocol: HTTP POST /checkv2 (rspamd.com, "Protocol"), the envelope as header fields, the message as the body, JSON as the answer.
 * Invariants: the answer is bounded; what is not JSON of the expected shape is a problem, never "clean".
 */
import { request, type IncomingMessage } from 'node:http';
import type { Result } from '../../base/result.ts';
import type { OutgoingConnection } from '../connection/outgoing-connection.ts';
import {
  EngineFailure,
  withConnection,
  type EngineOptions,
  type EngineProblem,
  type OctetPieces,
} from '../engine/engine-channel.ts';

export interface RspamdAnswer {
  readonly score: number;
  readonly requiredScore: number;
  /** `no action`, `greylist`, `add header`, `rewrite subject`, `soft reject`, `reject`, … */
  readonly action: string;
  readonly symbols: readonly { readonly name: string; readonly score: number }[];
}

export interface RspamdMessage {
  readonly octets: OctetPieces;
  readonly sizeBytes: number;
  readonly client: { readonly address: string; readonly hello: string; readonly name: string | null };
  readonly reversePath: string;
  readonly recipients: readonly string[];
  readonly queueId: string;
  /** The account that signed in. */
  readonly user?: string;
}

/** Symbols with options can be long; a message has a few dozen. */
const MAX_ANSWER_OCTETS = 1024 * 1024;

export interface RspamdOptions extends EngineOptions {
  readonly password?: string;
}

export function askRspamd(
  options: RspamdOptions,
  message: RspamdMessage,
): Promise<Result<RspamdAnswer, EngineProblem>> {
  return withConnection(options, async (connection) => {
    const headers = [
      'Content-Length',
      String(message.sizeBytes),
      ...envelopeHeaders(message),
      ...(options.password === undefined ? [] : ['Password', options.password]),
    ];
    const response = await post(connection, { path: '/checkv2', headers, octets: message.octets });
    return readAnswer(await readBody(response));
  });
}

/** Whether it is there. */
export function pingRspamd(options: EngineOptions): Promise<Result<void, EngineProblem>> {
  return withConnection(options, async (connection) => {
    const response = await post(connection, { path: '/ping', headers: [], octets: null });
    const body = await readBody(response);
    if (!body.startsWith('pong')) throw garbage(body);
  });
}

function envelopeHeaders({ client, reversePath, recipients, queueId, user }: RspamdMessage): string[] {
  return [
    ...['IP', client.address],
    ...['Helo', printable(client.hello)],
    ...(client.name === null ? [] : ['Hostname', printable(client.name)]),
    ...['From', printable(reversePath)],
    ...recipients.flatMap((recipient) => ['Rcpt', printable(recipient)]),
    ...['Queue-Id', queueId],
    ...(user === undefined ? [] : ['User', printable(user)]),
  ];
}

/** A header field of HTTP holds octets: UTF-8 as such, nothing that could end the field. */
function printable(text: string): string {
  return Buffer.from(text.replace(/[\x00-\x1f\x7f]/gu, ''), 'utf8').toString('latin1');
}

interface Post {
  readonly path: string;
  readonly headers: readonly string[];
  readonly octets: OctetPieces | null;
}

function post(connection: OutgoingConnection, { path, headers, octets }: Post): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      createConnection: () => connection.socket,
      method: octets === null ? 'GET' : 'POST',
      path,
      headers: ['Host', 'rspamd', 'Connection', 'close', ...headers],
    });
    outgoing.on('response', resolve);
    outgoing.on('error', (error) => reject(problemOf(error)));
    void send(outgoing, octets).catch(reject);
  });
}

async function send(outgoing: ReturnType<typeof request>, octets: OctetPieces | null): Promise<void> {
  if (octets !== null) {
    for await (const piece of octets) {
      if (outgoing.destroyed) return;
      if (!outgoing.write(piece)) await drained(outgoing);
    }
  }
  outgoing.end();
}

function drained(outgoing: ReturnType<typeof request>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off('drain', done);
      outgoing.off('close', done);
      resolve();
    };
    outgoing.on('drain', done);
    outgoing.on('close', done);
    if (outgoing.destroyed) done();
  });
}

function problemOf(error: NodeJS.ErrnoException): EngineFailure {
  if (error.code?.startsWith('HPE_') === true) return new EngineFailure('garbage', 'it does not speak HTTP');
  return new EngineFailure('closed', 'it closed the connection before it had answered');
}

async function readBody(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let octets = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    octets += piece.length;
    if (octets > MAX_ANSWER_OCTETS) throw new EngineFailure('garbage', 'its answer does not end');
    pieces.push(piece);
  }
  const body = Buffer.concat(pieces).toString('utf8');
  if (response.statusCode !== 200) {
    throw new EngineFailure('refused', `it answered ${response.statusCode} ${body.slice(0, 80)}`.trim());
  }
  return body;
}

function readAnswer(body: string): RspamdAnswer {
  const json = readJson(body);
  const { score, required_score: requiredScore, action, symbols } = json;
  if (typeof score !== 'number' || typeof requiredScore !== 'number' || typeof action !== 'string') {
    throw garbage(body);
  }
  return { score, requiredScore, action, symbols: readSymbols(symbols) };
}

function readJson(body: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json === 'object' && json !== null) return json as Readonly<Record<string, unknown>>;
  } catch {
    // Told below.
  }
  throw garbage(body);
}

function readSymbols(symbols: unknown): RspamdAnswer['symbols'] {
  if (typeof symbols !== 'object' || symbols === null) return [];
  return Object.entries(symbols).flatMap(([name, value]) => {
    const score: unknown = (value as { score?: unknown } | null)?.score;
    return typeof score === 'number' ? [{ name, score }] : [];
  });
}

function garbage(body: string): EngineFailure {
  return new EngineFailure(
    'garbage',
    `it answered with something else: ${JSON.stringify(body.slice(0, 80))}`,
  );
}

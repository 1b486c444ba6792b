/**
 * EngineChannel: one conversation with a program that looks at mail (clamd, spamd, a milter), bounded in time and in octets.
 *
 * Flow: a client engine → here → socket. Invariants: whatever the program does (nothing, half an answer, no end of answers), the
 * conversation ends within its time with an answer or an EngineProblem; memory is bounded by what the caller says it will read.
 */
import type { Clock } from '../../base/clock.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { LineChannel, type ReadStop } from '../connection/line-channel.ts';
import type { Connect, OutgoingConnection } from '../connection/outgoing-connection.ts';

/** Where a program listens: a host with a port, or a local socket by its path. */
export type EngineTarget =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'local'; readonly path: string };

export interface EngineProblem {
  readonly kind: 'unreachable' | 'tooSlow' | 'closed' | 'garbage' | 'refused';
  /** A sentence without its full stop, to follow the engine's name and a colon. */
  readonly detail: string;
}

export interface EngineOptions {
  readonly connect: Connect;
  readonly target: EngineTarget;
  /** For all of it, connecting included. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Octets of a message, in order. */
export type OctetPieces = AsyncIterable<Uint8Array>;

/** Thrown inside a conversation to end it; becomes the result. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure';
  readonly problem: EngineProblem;

  constructor(kind: EngineProblem['kind'], detail: string) {
    super(detail);
    this.problem = { kind, detail };
  }
}

export class EngineChannel {
  readonly #channel: LineChannel;

  constructor(connection: OutgoingConnection, clock: Clock) {
    this.#channel = new LineChannel(connection, clock);
  }

  /** Resolves once the program can take more. */
  async write(data: string | Uint8Array): Promise<void> {
    this.#channel.write(data);
    if (this.#channel.isFull) await this.#channel.flush();
  }

  flush(): Promise<void> {
    return this.#channel.flush();
  }

  /** A line of at most `limit` octets, without its end. */
  async readLine(limit: number): Promise<string> {
    const read = await this.#channel.readLine(limit, Number.MAX_SAFE_INTEGER);
    if (read.kind === 'line') return read.text;
    if (read.kind === 'tooLong') throw new EngineFailure('garbage', 'it answered with a line without end');
    throw closed(read.kind);
  }

  /** Exactly so many octets. */
  async readOctets(count: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    const stop = await this.#read(count, pieces);
    if (stop !== null) throw closed(stop);
    return Buffer.concat(pieces);
  }

  /** All that comes until the program closes, at most `limit` octets. */
  async readToEnd(limit: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    const stop = await this.#read(limit + 1, pieces);
    if (stop === null) throw new EngineFailure('garbage', 'its answer does not end');
    return Buffer.concat(pieces);
  }

  destroy(): void {
    this.#channel.destroy();
  }

  #read(count: number, pieces: Uint8Array[]): Promise<ReadStop | null> {
    return this.#channel.readOctets(count, Number.MAX_SAFE_INTEGER, (piece) => {
      pieces.push(piece);
    });
  }
}

/** Connects, talks, closes; never throws for what the program does. */
export async function converse<T>(
  options: EngineOptions,
  talk: (channel: EngineChannel) => Promise<T>,
): Promise<Result<T, EngineProblem>> {
  return withConnection(options, async (connection) => {
    const channel = new EngineChannel(connection, options.clock);
    try {
      return await talk(channel);
    } finally {
      channel.destroy();
    }
  });
}

/** Lends a connection for at most the options' time; afterwards, and when the time is over, it is gone. */
export async function withConnection<T>(
  { connect, target, timeoutMs, clock }: EngineOptions,
  talk: (connection: OutgoingConnection) => Promise<T>,
): Promise<Result<T, EngineProblem>> {
  let isOver = false;
  let connection: OutgoingConnection | null = null;
  const work = (async (): Promise<Result<T, EngineProblem>> => {
    try {
      connection = await open(connect, target);
      if (isOver) return err(tooSlow(timeoutMs));
      return ok(await talk(connection));
    } catch (error) {
      return err(isOver ? tooSlow(timeoutMs) : problemOf(error));
    } finally {
      connection?.socket.destroy();
    }
  })();
  return new Promise((resolve) => {
    const cancel = clock.after(timeoutMs, () => {
      isOver = true;
      connection?.socket.destroy();
      resolve(err(tooSlow(timeoutMs)));
    });
    void work.then((result) => {
      cancel();
      resolve(result);
    });
  });
}

function open(connect: Connect, target: EngineTarget): Promise<OutgoingConnection> {
  const place =
    target.kind === 'tcp' ? { address: target.host, port: target.port } : { address: target.path, port: 0 };
  return connect({ ...place, serverName: null, mustVerify: false }).catch((error: unknown) => {
    throw new EngineFailure('unreachable', error instanceof Error ? error.message : String(error));
  });
}

function problemOf(error: unknown): EngineProblem {
  if (error instanceof EngineFailure) return error.problem;
  return { kind: 'closed', detail: error instanceof Error ? error.message : String(error) };
}

function tooSlow(timeoutMs: number): EngineProblem {
  return { kind: 'tooSlow', detail: `it gave no answer within ${timeoutMs / 1000} seconds` };
}

function closed(stop: ReadStop): EngineFailure {
  return new EngineFailure(
    'closed',
    stop === 'end' ? 'it closed the connection before it had answered' : stop,
  );
}

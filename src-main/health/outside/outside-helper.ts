/**
 * OutsideHelper: answers servers that ask how their mail port looks from here (protocol.ts).
 *
 * Flow: `postroom outside-helper` → here → the asker's own address. Invariants: no other address is ever connected to; each asker is looked at
 * a few times a minute at most, and so many at once; a question is small or refused.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import type { SmtpLook, SmtpTarget } from '../tools.ts';
import { MAX_QUESTION_OCTETS, readQuestion } from './protocol.ts';

const MINUTE_MS = 60_000;
const MOST_PER_MINUTE = 6;
const MOST_AT_ONCE = 20;
/** Then those of before are forgotten. */
const MOST_REMEMBERED = 10_000;

export interface OutsideHelperOptions {
  readonly look: (target: SmtpTarget) => Promise<SmtpLook>;
  readonly clock: Clock;
}

export class OutsideHelper {
  readonly #options: OutsideHelperOptions;
  readonly #asked = new Map<string, number>();
  #minute = 0;
  #atOnce = 0;

  constructor(options: OutsideHelperOptions) {
    this.#options = options;
  }

  readonly handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/u, '');
    const body = request.method === 'POST' ? await readBody(request) : null;
    const question = body === null ? null : readQuestion(body);
    if (question === null) return reply(response, 400, { error: 'POST {"port": 25}' });
    if (!this.#admits(address))
      return reply(response, 429, { error: 'asked too often; try again in a minute' });
    this.#atOnce++;
    try {
      const look = await this.#options.look({ address, port: question.port, serverName: null });
      reply(response, 200, { address, look });
    } finally {
      this.#atOnce--;
    }
  };

  #admits(address: string): boolean {
    const minute = Math.floor(this.#options.clock.now() / MINUTE_MS);
    if (minute !== this.#minute || this.#asked.size > MOST_REMEMBERED) this.#asked.clear();
    this.#minute = minute;
    const count = (this.#asked.get(address) ?? 0) + 1;
    this.#asked.set(address, count);
    return count <= MOST_PER_MINUTE && this.#atOnce < MOST_AT_ONCE;
  }
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  let body = '';
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      body += piece.toString('latin1');
      if (body.length > MAX_QUESTION_OCTETS) return null;
    }
    return body;
  } catch {
    return null;
  }
}

function reply(response: ServerResponse, status: number, answer: object): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(answer));
}

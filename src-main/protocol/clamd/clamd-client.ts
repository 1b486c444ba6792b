/**
 * ClamdClient: asks clamd whether a message holds something malicious.
 *
 * Protocol: clamd(8), INSTREAM: `zINSTREAM\0`, pieces each after its length in 4 octets, a length of zero; one answer ended by NUL.
 * Invariants: no more octets are sent than clamd takes (StreamMaxLength); a size limit that was exceeded is a problem, never "clean".
 */
import type { Result } from '../../base/result.ts';
import {
  converse,
  EngineFailure,
  type EngineChannel,
  type EngineOptions,
  type EngineProblem,
  type OctetPieces,
} from '../engine/engine-channel.ts';

export type ClamdAnswer =
  | { readonly kind: 'clean' }
  /** The signature's name, e.g. `Win.Test.EICAR_HDB-1`. */
  | { readonly kind: 'found'; readonly signature: string };

/** An answer is one line; signatures have names of a few dozen characters. */
const MAX_ANSWER_OCTETS = 4096;
/** clamd reads whole pieces into memory. */
const PIECE_OCTETS = 64 * 1024;

export function scanWithClamd(
  options: EngineOptions,
  octets: OctetPieces,
): Promise<Result<ClamdAnswer, EngineProblem>> {
  return converse(options, async (channel) => {
    await channel.write('zINSTREAM\0');
    for await (const piece of octets) await writePieces(channel, piece);
    await channel.write(lengthOf(0));
    return readAnswer(await ask(channel));
  });
}

/** The program's name and version, e.g. `ClamAV 1.0.7/27472/Tue Nov 26 2024`. */
export function readClamdVersion(options: EngineOptions): Promise<Result<string, EngineProblem>> {
  return converse(options, async (channel) => {
    await channel.write('zVERSION\0');
    const version = await ask(channel);
    if (!/^ClamAV/iu.test(version)) throw garbage(version);
    return version;
  });
}

async function writePieces(channel: EngineChannel, octets: Uint8Array): Promise<void> {
  for (let at = 0; at < octets.length; at += PIECE_OCTETS) {
    const piece = octets.subarray(at, at + PIECE_OCTETS);
    await channel.write(lengthOf(piece.length));
    await channel.write(piece);
  }
}

function lengthOf(octets: number): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(octets);
  return length;
}

/** clamd closes after its answer; so the end of the connection is the end of it, with or without NUL. */
async function ask(channel: EngineChannel): Promise<string> {
  await channel.flush();
  const answer = (await channel.readToEnd(MAX_ANSWER_OCTETS)).toString('utf8');
  if (answer === '') throw new EngineFailure('closed', 'it closed the connection before it had answered');
  return answer.replace(/[\0\r\n]+$/u, '');
}

function readAnswer(answer: string): ClamdAnswer {
  if (answer === 'stream: OK') return { kind: 'clean' };
  const found = /^stream: (.+) FOUND$/u.exec(answer);
  if (found?.[1] !== undefined) return { kind: 'found', signature: found[1] };
  if (answer.endsWith('ERROR')) throw new EngineFailure('refused', answer);
  throw garbage(answer);
}

function garbage(answer: string): EngineFailure {
  return new EngineFailure(
    'garbage',
    `it answered with something else: ${JSON.stringify(answer.slice(0, 80))}`,
  );
}

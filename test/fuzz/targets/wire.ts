/** What comes over a socket before there is mail: commands and replies, headers of proxies, TLS hellos, SASL, answers of DNS. */
import { decode } from 'dns-packet';
import { isDeepStrictEqual } from 'node:util';
import { parseClientHello } from '../../../src-main/protocol/connection/client-hello.ts';
import { parseProxyHeader } from '../../../src-main/protocol/connection/proxy-header.ts';
import { EngineFailure } from '../../../src-main/protocol/engine/engine-channel.ts';
import { followAliases, readTlsa } from '../../../src-main/protocol/dns/read-packet.ts';
import { decodeNumbers, decodeTexts } from '../../../src-main/protocol/milter/packets.ts';
import { readVerdict } from '../../../src-main/protocol/milter/milter-verdict.ts';
import { parsePop3Command } from '../../../src-main/protocol/pop3/command.ts';
import { decodeInitialResponse, decodeSaslLine } from '../../../src-main/protocol/sasl/base64-line.ts';
import { createSaslExchange, listMechanisms } from '../../../src-main/protocol/sasl/mechanisms.ts';
import type { SaslBackend } from '../../../src-main/protocol/sasl/exchange.ts';
import { describeReply, joinReply, parseReplyLine } from '../../../src-main/protocol/smtp/client/reply.ts';
import { ChunkScanner } from '../../../src-main/protocol/smtp/server/chunk-scanner.ts';
import {
  decodeLine,
  parseClientName,
  parseCommand,
  parsePathArgument,
} from '../../../src-main/protocol/smtp/server/command-grammar.ts';
import { DataScanner } from '../../../src-main/protocol/smtp/server/data-scanner.ts';
import { parseMailParameters } from '../../../src-main/protocol/smtp/server/mail-parameters.ts';
import { parseRcptParameters } from '../../../src-main/protocol/smtp/server/rcpt-parameters.ts';
import { parseXclient } from '../../../src-main/protocol/smtp/server/xclient.ts';
import { insist, octetsOf, readLines, type FuzzTarget } from '../target.ts';

export const WIRE: readonly FuzzTarget[] = [
  { name: 'SMTP commands', corpus: readLines('smtp-commands.jsonl'), check: checkSmtpCommand },
  { name: 'SMTP content', corpus: readLines('smtp-content.jsonl'), check: checkContent },
  { name: 'SMTP replies', corpus: readLines('smtp-replies.jsonl'), check: checkReply },
  { name: 'POP3 commands', corpus: readLines('pop3-commands.jsonl'), check: checkPop3 },
  { name: 'SASL', corpus: readLines('sasl.jsonl'), check: checkSasl },
  { name: 'PROXY and XCLIENT', corpus: readLines('proxies.jsonl'), check: checkProxy },
  { name: 'TLS client hellos', corpus: readLines('client-hellos.jsonl'), check: checkHello },
  { name: 'DNS answers', corpus: readLines('dns-messages.jsonl'), check: checkAnswers },
  { name: 'milter packets', corpus: readLines('milter.jsonl'), check: checkMilter },
];

const LIMITS = { maxOctets: 1_000_000, isAuthOffered: true, isTlsActive: true };

/** A command whose arguments are read, or a reply that refuses them on one line. */
function checkSmtpCommand(input: string): void {
  const line = decodeLine(octetsOf(input));
  if (!line.ok) return;
  const { argument } = parseCommand(line.value);
  parseClientName(argument);
  for (const keyword of ['FROM', 'TO'] as const) {
    const path = parsePathArgument(argument, keyword);
    if (!path.ok) {
      insist(path.error.code >= 400 && path.error.code <= 599, 'a refusal is one');
      continue;
    }
    const mail = parseMailParameters(path.value.parameters, LIMITS);
    if (mail.ok) insist((mail.value.declaredOctets ?? 0) <= LIMITS.maxOctets, 'a size is within the limit');
    parseRcptParameters(path.value.parameters, { smtpUtf8: false });
  }
}

/** The same content however it is cut; nothing behind its end; no bare line end goes through unseen. */
function checkContent(input: string): void {
  const octets = octetsOf(input);
  const [whole, pieces] = [scan(octets, octets.length + 1), scan(octets, 7)];
  insist(isDeepStrictEqual(whole, pieces), 'the same however it is cut');
  if (whole.problem === null) insist(!/[^\r]\n|\r[^\n]/u.test(whole.content), 'bare line ends are seen');
  const chunk = new ChunkScanner();
  chunk.expect(octets.length);
  const { end } = chunk.scan(octets);
  insist(octets.length === 0 || end === octets.length, 'a chunk is as long as it was announced');
  chunk.complete();
}

function scan(octets: Buffer, pieceOctets: number) {
  const scanner = new DataScanner();
  let content = '';
  for (let at = 0; at < octets.length; at += pieceOctets) {
    const { pieces, end } = scanner.scan(octets.subarray(at, at + pieceOctets));
    content += pieces.map((piece) => Buffer.from(piece).toString('latin1')).join('');
    if (end >= 0) return { content, end: at + end, problem: scanner.lineEndProblem };
  }
  return { content, end: -1, problem: scanner.lineEndProblem };
}

/** Lines of a reply, joined to what can be shown on one line. */
function checkReply(input: string): void {
  const lines = input.split('\r\n').flatMap((line) => parseReplyLine(line) ?? []);
  const [first] = lines;
  if (first === undefined) return;
  insist(first.code >= 200 && first.code <= 599, 'a code is one');
  const reply = joinReply(
    first.code,
    lines.map(({ text }) => text),
  );
  insist(describeReply(reply).length < 10_000, 'what is shown of a reply is bounded');
}

function checkPop3(input: string): void {
  const command = parsePop3Command(input);
  if (!command.ok) insist(!/[\r\n]/u.test(command.error), 'an error is one line');
}

const NOBODY: SaslBackend<string> = {
  signIn: () => Promise.resolve({ kind: 'refused' }),
  scramKeys: () =>
    Promise.resolve({
      ...{ salt: new Uint8Array(16), iterations: 4096, nonce: 'nonce', candidates: [] },
      refuse: () => Promise.resolve({ kind: 'refused' as const }),
    }),
  allowsSha1: true,
  signInWithToken: () => Promise.resolve({ kind: 'refused' }),
};

/** Each mechanism with each line as a response: nobody gets in. */
async function checkSasl(input: string): Promise<void> {
  decodeInitialResponse(input);
  for (const name of listMechanisms(NOBODY)) {
    const exchange = createSaslExchange(name, NOBODY);
    let step = await exchange?.start();
    for (const text of input.split('\n')) {
      if (step?.kind !== 'challenge') break;
      const line = decodeSaslLine(text);
      step = await exchange?.respond(line.kind === 'data' ? line.octets : octetsOf(text));
      insist(step?.kind !== 'success', 'nobody gets in');
    }
  }
}

function checkProxy(input: string): void {
  const octets = octetsOf(input);
  const header = parseProxyHeader(octets);
  if (header.kind === 'header') insist(header.octets <= octets.length, 'a header lies within what has come');
  parseXclient(input);
}

/** A hello that is there is there, whatever follows: something else, or rubbish. */
function checkHello(input: string): void {
  const octets = octetsOf(input);
  const whole = parseClientHello(octets);
  const part = parseClientHello(octets.subarray(0, octets.length >> 1));
  if (part.kind === 'read' && whole.kind === 'read')
    insist(isDeepStrictEqual(part, whole), 'what follows a hello changes nothing');
}

/** What the resolvers make of an answer. */
function checkAnswers(input: string): void {
  const packet = decodeSafely(octetsOf(input));
  if (packet === null) return;
  const answers = packet.answers ?? [];
  followAliases(packet.questions?.[0]?.name ?? 'server1.com', answers);
  for (const { type, data } of answers) if (type === 'TLSA') readTlsa(data);
}

/** As in protocol/dns/ask-server.ts: what cannot be decoded is no answer. */
function decodeSafely(octets: Buffer) {
  try {
    return decode(octets);
  } catch {
    return null;
  }
}

/** A verdict, none, or a failure of the milter, which its client expects. */
function checkMilter(input: string): void {
  const octets = octetsOf(input);
  try {
    readVerdict(input.slice(0, 1), octets.subarray(1));
  } catch (error) {
    insist(error instanceof EngineFailure, `a failure of the milter, not ${String(error)}`);
  }
  decodeTexts(octets);
  decodeNumbers(octets, 3);
}

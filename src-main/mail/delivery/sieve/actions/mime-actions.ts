/** `extracttext`, `replace`, `enclose` (RFC 5703 §5, §6, §7). */
import { formatEncodedWords } from '../../../../format/encoded-word.ts';
import type { Call } from '../checking/call.ts';
import { MAX_TEXT_OCTETS } from '../limits.ts';
import { EditedHeader, joinOctets } from '../running/edited-header.ts';
import { fail } from '../running/run.ts';
import type { Run } from '../running/run.ts';
import { modify } from './modifiers.ts';
import type { ActionTable } from './action-runner.ts';

const encoder = new TextEncoder();

/** The fields that say how a body is to be read (RFC 2045 §3). */
const MIME_FIELD = /^(?:mime-version|content-.*)$/i;

export const MIME_ACTIONS: ActionTable = {
  async extracttext(run, call) {
    const part = run.message.partAt(run.part ?? []);
    // RFC 5703 §7: what is no text is the empty string.
    const text = part?.type === 'text' ? await run.message.partText(part) : '';
    const first = run.number(call.options['first']);
    const value = first === null ? text : [...text].slice(0, first).join('');
    run.frame.variables.set(run.parameter(call, 0), modify(call, value));
  },

  async replace(run, call) {
    const text = run.parameter(call, 0);
    if (text.length > MAX_TEXT_OCTETS) fail('the text to put in is too long');
    const entity = call.options['mime'] === undefined ? textEntity(text) : text;
    const whole = await settled(run);
    const path = run.part ?? [];
    const part = run.message.partAt(path);
    if (part === undefined) return;
    if (path.length === 0) {
      run.message.become(joinOctets([...keptFields(run, call), encoder.encode(entity)]));
      return;
    }
    const after = whole.subarray(part.bodyEnd);
    run.message.become(joinOctets([whole.subarray(0, part.headerStart), encoder.encode(entity), after]));
  },

  async enclose(run, call) {
    const whole = await settled(run);
    const boundary = boundaryFor(whole);
    const opening = [
      'MIME-Version: 1.0',
      `Content-Type: multipart/mixed; boundary="${boundary}"`,
      '',
      `--${boundary}`,
      textEntity(run.parameter(call, 0)),
      `--${boundary}`,
      'Content-Type: message/rfc822',
      'Content-Transfer-Encoding: 8bit',
      '',
      '',
    ].join('\r\n');
    const fields = [...enclosingFields(run, call), ...keptFields(run, call)];
    run.message.become(
      joinOctets([...fields, encoder.encode(opening), whole, encoder.encode(`\r\n--${boundary}--\r\n`)]),
    );
  },
};

/** All octets with the edits so far, so that the parts' offsets are those of these octets. */
async function settled(run: Run): Promise<Uint8Array> {
  const whole = await run.message.wholeOctets();
  if (run.message.header.isEdited) run.message.become(whole);
  return whole;
}

function textEntity(text: string): string {
  return `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${text}`;
}

/** The message's own header fields, without those of MIME; `:subject` and `:from` replace theirs, which are kept as Original-. */
function keptFields(run: Run, call: Call): readonly Uint8Array[] {
  const header = new EditedHeader(run.message.header.toOctets());
  for (const tag of ['subject', 'from'] as const) {
    const value = run.string(call.options[tag]);
    if (value === null) continue;
    const name = tag === 'subject' ? 'Subject' : 'From';
    const old = header.named(name);
    header.delete(old);
    // RFC 5703 §5
    for (const field of old) header.add(`Original-${name}`, field.value, true);
    header.add(name, value, true);
  }
  const kept = header.fields().filter((field) => !MIME_FIELD.test(field.name));
  const pieces = kept.map(({ octets }) => octets);
  return call.name === 'replace' ? [...pieces, encoder.encode('MIME-Version: 1.0\r\n')] : pieces;
}

/** RFC 5703 §6: fields that the enclosing message has besides. */
function enclosingFields(run: Run, call: Call): readonly Uint8Array[] {
  return run.strings(call.options['headers']).flatMap((line) => {
    const match = /^([\x21-\x39\x3b-\x7e]+):[ \t]*([^\r\n]*)$/.exec(line);
    if (match === null || MIME_FIELD.test(match[1] ?? '')) return [];
    return [encoder.encode(`${match[1]}: ${formatEncodedWords(match[2] ?? '')}\r\n`)];
  });
}

/** A line that does not occur in the message. */
function boundaryFor(octets: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(octets);
  for (let number = 1; ; number++) {
    const boundary = `=_postroom_enclosed_${octets.length}_${number}`;
    if (!text.includes(boundary)) return boundary;
  }
}

/**
 * The helper outside: a small server on another machine that looks at the mail port of whoever asks it.
 *
 * `POST <url>` with `{"port": 25}` → `{"address": "192.0.2.1", "look": …}`, where `address` is as which the helper sees the asker, and `look` is
 * `{"kind":"answered","greeting","name","offersTls"}`, `{"kind":"otherProtocol","greeting"}` or `{"kind":"unreachable","reason"}`.
 * Errors: 400 (not understood), 429 (asked too often). Invariants: it connects to the asker's address alone, and to mail ports alone, so
 * that it is of no use against others.
 */
import { parseIpAddress } from '../../format/ip-network.ts';
import type { OutsideLook, SmtpLook, WebLook } from '../tools.ts';

export const OUTSIDE_PORTS: readonly number[] = [25, 465, 587];
export const MAX_QUESTION_OCTETS = 200;

/** null: not understood. */
export function readQuestion(body: string): { readonly port: number } | null {
  const question = parseObject(body);
  const port = question?.['port'];
  return typeof port === 'number' && OUTSIDE_PORTS.includes(port) ? { port } : null;
}

/** What came back, believed only as far as it has the form; a certificate is no part of it. */
export function readAnswer(seen: WebLook): OutsideLook {
  if (seen.kind === 'failed') return { kind: 'failed', reason: seen.reason };
  if (seen.status !== 200) return { kind: 'failed', reason: `it answered ${seen.status}` };
  const answer = parseObject(seen.body);
  const look = readLook(answer?.['look']);
  const address = textOf(answer?.['address']);
  if (look === null || parseIpAddress(address) === null)
    return { kind: 'failed', reason: 'its answer could not be read' };
  return { kind: 'answered', address, look };
}

function readLook(value: unknown): SmtpLook | null {
  if (typeof value !== 'object' || value === null) return null;
  const look = value as Readonly<Record<string, unknown>>;
  switch (look['kind']) {
    case 'unreachable':
      return { kind: 'unreachable', reason: textOf(look['reason']) };
    case 'otherProtocol':
      return { kind: 'otherProtocol', greeting: textOf(look['greeting']) };
    case 'answered': {
      const offersTls = look['offersTls'] === true;
      const words = { greeting: textOf(look['greeting']), name: textOf(look['name']) };
      return { kind: 'answered', ...words, offersTls, tls: null, tlsProblem: null };
    }
    default:
      return null;
  }
}

const MOST_CHARACTERS = 300;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MOST_CHARACTERS) : '';
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

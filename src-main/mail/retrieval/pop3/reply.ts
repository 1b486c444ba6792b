/** Replies that POP3 handlers return (RFC 1939 §3; response codes: RFC 2449 §8, RFC 3206). */
import type { Pop3Reply, ResponseBody } from '../../../protocol/pop3/server/session.ts';

export function okay(text: string, body?: ResponseBody): Pop3Reply {
  return body === undefined ? { isOk: true, text } : { isOk: true, text, body };
}

export function refuse(text: string, code?: string): Pop3Reply {
  return code === undefined ? { isOk: false, text } : { isOk: false, code, text };
}

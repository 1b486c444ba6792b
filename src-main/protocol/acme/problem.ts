/** What an authority says where it does not do what it was asked to: problem documents (RFC 7807, RFC 8555 §6.7). */
import { z } from 'zod';
import type { HttpsReply } from '../https/https-client.ts';

const ERROR_NAMESPACE = 'urn:ietf:params:acme:error:';

const document = z.object({
  type: z.string().default('about:blank'),
  detail: z.string().default(''),
  subproblems: z
    .array(
      z.object({
        type: z.string().default(''),
        detail: z.string().default(''),
        identifier: z.object({ value: z.string() }).optional(),
      }),
    )
    .default([]),
});

export class AcmeError extends Error {
  override name = 'AcmeError' as const;
  /** e.g. `rateLimited`, without the namespace; `''` where the authority gave none. */
  readonly type: string;
  readonly status: number;
  /** How long it asks us to wait (RFC 8555 §6.6); null: it does not say. */
  readonly retryAfterMs: number | null;

  constructor(message: string, facts: { type?: string; status?: number; retryAfterMs?: number | null } = {}) {
    super(message);
    this.type = facts.type ?? '';
    this.status = facts.status ?? 0;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}

export function errorOf(reply: HttpsReply, now: number): AcmeError {
  const problem = describeProblem(readJson(reply.body));
  return new AcmeError(problem.text === '' ? `the authority answered ${reply.status}` : problem.text, {
    type: problem.type,
    status: reply.status,
    retryAfterMs: retryAfterMs(reply, now),
  });
}

/** A problem in one sentence, those of single names with it. */
export function describeProblem(value: unknown): { type: string; text: string } {
  const parsed = document.safeParse(value);
  if (!parsed.success) return { type: '', text: '' };
  const { type, detail, subproblems } = parsed.data;
  const words = subproblems.map(({ identifier, detail: each }) => `${identifier?.value ?? ''}: ${each}`);
  const name = type.startsWith(ERROR_NAMESPACE) ? type.slice(ERROR_NAMESPACE.length) : type;
  const texts = [detail, ...words].filter((text) => text !== '');
  return { type: name, text: texts.length === 0 && name !== 'about:blank' ? name : texts.join('; ') };
}

/** RFC 9110 §10.2.3: seconds, or a date. */
export function retryAfterMs({ headers }: HttpsReply, now: number): number | null {
  const text = headers['retry-after'];
  if (text === undefined) return null;
  const ms = /^\d{1,9}$/u.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

export function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

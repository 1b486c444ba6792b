/** What all providers' APIs share: JSON over HTTPS, asked and judged. */
import { err, ok, type Result } from '../../base/result.ts';
import {
  HttpsError,
  type HttpsReply,
  type HttpsRequest,
  type SendHttps,
} from '../../protocol/https/https-client.ts';
import type { PublishProblem, PublishProblemCode } from './port.ts';

export interface ProviderReply {
  readonly status: number;
  /** null where it is no JSON. */
  readonly json: unknown;
  readonly retryAfter: string | null;
}

const WORDS_CHARACTERS = 200;
const HTTPS_PROBLEMS: Readonly<Record<HttpsError['kind'], PublishProblemCode>> = {
  certificate: 'untrusted',
  unreachable: 'unreachable',
  tooLarge: 'badReply',
};

export interface ProviderCall {
  readonly method: HttpsRequest['method'];
  readonly url: string;
  /** Of the header field Authorization. */
  readonly authorization: string;
  readonly body?: unknown;
}

export async function callProvider(
  send: SendHttps,
  { method, url, authorization, body }: ProviderCall,
): Promise<Result<ProviderReply, PublishProblem>> {
  const headers = { authorization, accept: 'application/json' };
  const text = body === undefined ? undefined : JSON.stringify(body);
  try {
    const reply = await send({
      ...{ method, url },
      headers:
        text === undefined ? headers : { ...headers, 'content-type': 'application/json', ...lengthOf(text) },
      ...(text !== undefined && { body: text }),
    });
    return ok({
      status: reply.status,
      json: readJson(reply),
      retryAfter: reply.headers['retry-after'] ?? null,
    });
  } catch (error) {
    if (!(error instanceof HttpsError)) throw error;
    return err({ code: HTTPS_PROBLEMS[error.kind], detail: error.message });
  }
}

function lengthOf(text: string): Readonly<Record<string, string>> {
  return { 'content-length': String(Buffer.byteLength(text)) };
}

function readJson({ body }: HttpsReply): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return null;
  }
}

/** What HTTP itself says went wrong; null where it says nothing. `words`: the provider's own. */
export function problemOfStatus({ status, retryAfter }: ProviderReply, words: string): PublishProblem | null {
  if (status >= 200 && status < 300) return null;
  const detail = words.slice(0, WORDS_CHARACTERS);
  if (status === 401) return { code: 'tokenRefused', detail };
  if (status === 403) return { code: 'tokenTooWeak', detail };
  if (status === 429)
    return { code: 'tooManyRequests', detail: retryAfter === null ? detail : `Retry-After: ${retryAfter}` };
  if (status >= 500)
    return { code: 'serverFailed', detail: detail === '' ? `HTTP ${String(status)}` : detail };
  if (status === 404) return { code: 'noSuchZone', detail };
  return { code: 'recordRefused', detail: detail === '' ? `HTTP ${String(status)}` : detail };
}

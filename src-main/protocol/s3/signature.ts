/**
 * Signature of requests to object storage: AWS Signature Version 4, in the Authorization header field.
 *
 * Source: "AWS Signature Version 4 for API requests" (Amazon S3 API reference, "Authenticating Requests"). Every octet of the body is
 * signed by its hash; nothing is sent unsigned.
 */
import { createHash, createHmac } from 'node:crypto';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface RequestToSign {
  readonly method: string;
  /** As it stands in the request: each segment encoded (encodeKey). */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Lower case names; `host` among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyHash: string;
}

export interface SigningFacts {
  readonly credentials: S3Credentials;
  readonly region: string;
  /** Milliseconds since 1970 UTC; servers refuse what is a quarter of an hour off. */
  readonly at: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const SERVICE = 's3';

/** The header fields to send, Authorization among them. */
export function signRequest(request: RequestToSign, facts: SigningFacts): Readonly<Record<string, string>> {
  const time = timeText(facts.at);
  const headers: Record<string, string> = {
    ...request.headers,
    'x-amz-content-sha256': request.bodyHash,
    'x-amz-date': time,
  };
  const names = Object.keys(headers).sort();
  const canonical = [
    request.method,
    request.path,
    queryText(request.query),
    ...names.map((name) => `${name}:${headers[name]?.trim() ?? ''}`),
    '',
    names.join(';'),
    request.bodyHash,
  ].join('\n');
  const scope = `${time.slice(0, 8)}/${facts.region}/${SERVICE}/aws4_request`;
  const toSign = [ALGORITHM, time, scope, hashOf(canonical)].join('\n');
  const signature = hmac(signingKey(facts, time.slice(0, 8)), toSign).toString('hex');
  const credential = `Credential=${facts.credentials.accessKeyId}/${scope}`;
  const authorization = `${ALGORITHM} ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...headers, authorization };
}

export function hashOf(octets: string | Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}

/** Sorted by name, as it is signed and sent. */
export function queryText(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encodePart(name)}=${encodePart(value)}`)
    .sort()
    .join('&');
}

/** A key as a path: `/` stays. */
export function encodeKey(key: string): string {
  return key.split('/').map(encodePart).join('/');
}

/** RFC 3986 §2.3: all but unreserved characters. */
function encodePart(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function signingKey({ credentials, region }: SigningFacts, day: string): Buffer {
  const parts = [day, region, SERVICE, 'aws4_request'];
  return parts.reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${credentials.secretAccessKey}`),
  );
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** 20260102T030405Z */
function timeText(at: number): string {
  return `${new Date(at).toISOString().replaceAll(/[:-]/gu, '').slice(0, 15)}Z`;
}

/** Responses: the header fields that every answer carries, and the plain answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { contentSecurityPolicy, type PageFile } from '../../host/page-files.ts';

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  503: 'Service Unavailable',
};

export function setSecurityHeaders(request: IncomingMessage, response: ServerResponse): void {
  const host = request.headers.host ?? '';
  // The guard has checked that Host is one of ours before this becomes part of a policy.
  response.setHeader('Content-Security-Policy', contentSecurityPolicy([`ws://${host}`, `wss://${host}`]));
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
}

export function sendPlain(response: ServerResponse, status: number, text = REASONS[status] ?? ''): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${text}\n`);
}

export function sendPageFile(request: IncomingMessage, response: ServerResponse, file: PageFile): void {
  const acceptsGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const gzipped = acceptsGzip ? file.gzipped : null;
  const fields = { ETag: file.etag, 'Cache-Control': file.cacheControl, Vary: 'Accept-Encoding' };
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304, fields).end();
    return;
  }
  const body = gzipped ?? file.body;
  response.writeHead(200, {
    ...fields,
    'Content-Type': file.contentType,
    'Content-Length': body.length,
    ...(gzipped === null ? {} : { 'Content-Encoding': 'gzip' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Refuses on a bare socket: a failed upgrade, or a request that is not HTTP. */
export function refuseSocket(socket: Duplex, status: number): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.once('error', () => socket.destroy());
  const line = `HTTP/1.1 ${String(status)} ${REASONS[status] ?? ''}`;
  socket.end(`${line}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

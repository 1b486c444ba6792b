/**
 * ReleasePage: where the link in a quarantine digest leads: a plain page with one button.
 *
 * Flow: GET /release?token=… → what waits, and a button → POST → released. Invariants: GET changes nothing, since programs that look
 * for viruses follow links; no script, no sign-in: the token says all; guessing tokens is as slow as guessing passwords.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { textOf } from '../../base/finding-texts.ts';
import type { Clock } from '../../base/clock.ts';
import { escapeHtml } from '../../format/escape-html.ts';
import { LinkThrottle } from './link-throttle.ts';
import type { ReleaseAnswer, ReleaseDesk, WaitingCopy } from '../../host/quarantine-release.ts';
import { sendPlain } from './responses.ts';

const STYLE =
  'body{font:16px/1.5 sans-serif;max-width:36em;margin:10vh auto;padding:0 1em;color-scheme:light dark}' +
  'dt{opacity:.7}dd{margin:0 0 .5em;font-weight:600;overflow-wrap:anywhere}button{font:inherit;padding:.5em 1.5em;margin-top:1em}';
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

const STATUS: Readonly<Record<ReleaseAnswer['kind'], number>> = {
  waits: 200,
  released: 200,
  gone: 410,
  expired: 410,
  forged: 404,
  administratorsOnly: 403,
};

const ENGLISH = {
  language: 'en',
  from: 'From',
  subject: 'Subject',
  why: 'Why it was kept apart',
  button: 'Release into my mailbox',
  waits: 'This message was kept apart because it looks suspicious. Release it only if you expected it.',
  released: 'Released. It is in your inbox now.',
  gone: 'It is not in the quarantine any more: somebody has released or deleted it.',
  expired: 'This link is too old. Ask your administrator.',
  administratorsOnly:
    'Only an administrator may release messages of this kind. Ask yours if you expected it.',
  forged:
    'This link is not one of ours, or not whole. Copy all of it from the message, or ask your administrator.',
};

const CHINESE: typeof ENGLISH = {
  language: 'zh-CN',
  from: '发件人',
  subject: '主题',
  why: '隔离原因',
  button: '放行到我的邮箱',
  waits: '此邮件因可疑而被隔离。请仅在您预期收到它时放行。',
  released: '已放行，邮件已在您的收件箱中。',
  gone: '该邮件已不在隔离区：已被放行或删除。',
  expired: '此链接已过期，请联系管理员。',
  administratorsOnly: '此类邮件只能由管理员放行。如果您预期收到它，请联系管理员。',
  forged: '此链接无效或不完整。请从邮件中完整复制链接，或联系管理员。',
};

export class ReleasePage {
  readonly #desk: ReleaseDesk;
  readonly #throttle: LinkThrottle;

  constructor(desk: ReleaseDesk, clock: Clock) {
    this.#desk = desk;
    this.#throttle = new LinkThrottle(clock);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method } = request;
    // The form has no fields: a body is nothing that anybody reads.
    if (method === 'POST') response.setHeader('Connection', 'close');
    if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return sendPlain(response, 405);
    const client = request.socket.remoteAddress ?? '';
    const waitMs = this.#throttle.begin(client);
    if (waitMs > 0) {
      response.setHeader('Retry-After', Math.ceil(waitMs / 1000));
      return sendPlain(response, 429);
    }
    const token = tokenOf(request);
    const answer = method === 'POST' ? await this.#desk.release(token) : await this.#desk.look(token);
    if (answer.kind !== 'forged') this.#throttle.succeeded(client);
    send(request, response, answer);
  }
}

function tokenOf(request: IncomingMessage): string {
  return new URL(`http://host${request.url ?? ''}`).searchParams.get('token') ?? '';
}

function send(request: IncomingMessage, response: ServerResponse, answer: ReleaseAnswer): void {
  const isChinese = /^zh\b/iu.test(request.headers['accept-language'] ?? '');
  const body = Buffer.from(compose(answer, isChinese ? CHINESE : ENGLISH));
  response.writeHead(STATUS[answer.kind], {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
    'Content-Security-Policy': POLICY,
    'X-Robots-Tag': 'noindex',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function compose(answer: ReleaseAnswer, words: typeof ENGLISH): string {
  const details = 'copy' in answer ? detailsOf(answer.copy, words) : '';
  // Without an action it goes where it came from, token and all.
  const form = answer.kind === 'waits' ? `<form method="post"><button>${words.button}</button></form>` : '';
  return (
    `<!doctype html><html lang="${words.language}"><meta charset="utf-8">` +
    '<meta name="viewport" content="width=device-width"><title>Postroom</title>' +
    `<style>${STYLE}</style><p>${words[answer.kind]}</p>${details}${form}</html>\n`
  );
}

function detailsOf({ author, subject, reason }: WaitingCopy, words: typeof ENGLISH): string {
  const rows = [
    [words.from, author],
    [words.subject, subject],
    [words.why, textOf(reason, words.language === 'en' ? 'en' : 'zh-CN')],
  ] as const;
  return `<dl>${rows.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>`;
}

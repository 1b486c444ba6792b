/**
 * SessionCookie: carries a session's token (RFC 6265). Cookies do not know ports, so the name does: two Postrooms on one
 * machine do not sign each other out.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Strict';

export class SessionCookie {
  readonly #name: string;

  constructor(port: number) {
    this.#name = `postroom_${String(port)}`;
  }

  read(request: IncomingMessage): string | null {
    for (const pair of (request.headers.cookie ?? '').split(';')) {
      const at = pair.indexOf('=');
      if (at !== -1 && pair.slice(0, at).trim() === this.#name) return pair.slice(at + 1).trim();
    }
    return null;
  }

  set(request: IncomingMessage, response: ServerResponse, token: string): void {
    // Behind a proxy that speaks TLS the cookie never goes over a line that does not.
    const secure = request.headers['x-forwarded-proto'] === 'https' ? '; Secure' : '';
    response.setHeader('Set-Cookie', `${this.#name}=${token}; ${ATTRIBUTES}${secure}`);
  }

  clear(response: ServerResponse): void {
    response.setHeader('Set-Cookie', `${this.#name}=; ${ATTRIBUTES}; Max-Age=0`);
  }
}

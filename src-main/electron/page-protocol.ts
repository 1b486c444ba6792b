/**
 * Page protocol: serves the built page to our window under an origin of its own, so that nothing is loaded from file: or
 * from the network.
 *
 * Invariants: only the page's files can be reached; every answer carries the content security policy.
 */
import { contentSecurityPolicy, type PageFiles } from '../host/page-files.ts';
import type { ElectronModule } from './electron-module.ts';

export const PAGE_SCHEME = 'postroom';
export const PAGE_ORIGIN = `${PAGE_SCHEME}://console`;

/** Must be called before Electron is ready. */
export function registerPageScheme({ protocol }: ElectronModule): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: PAGE_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export function servePage({ protocol }: ElectronModule, page: PageFiles): void {
  protocol.handle(PAGE_SCHEME, (request) => answer(page, request));
}

async function answer(page: PageFiles, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const file = request.method === 'GET' && url.host === 'console' ? await page.find(url.pathname) : null;
  if (file === null) return new Response(null, { status: 404 });
  return new Response(new Uint8Array(file.body), {
    headers: {
      'Content-Type': file.contentType,
      'Content-Security-Policy': contentSecurityPolicy(),
      'X-Content-Type-Options': 'nosniff',
    },
  });
}

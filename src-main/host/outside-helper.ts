/** The helper outside, as a server: it runs on another machine than the mail server that it looks at, and needs no data folder. */
import { createServer as createWebServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { PROBE_TIMEOUT_MS } from '../health/limits.ts';
import { OutsideHelper } from '../health/outside/outside-helper.ts';
import { hurriedClock } from '../health/probes/hurried-clock.ts';
import { lookAtSmtp } from '../health/probes/look-at-smtp.ts';
import { createTcpConnect } from '../protocol/connection/tcp-connect.ts';
import { systemClock } from './system-clock.ts';

/** Who asks says so in 200 octets; slower ones are not served. */
const REQUEST_TIMEOUT_MS = 10_000;

export interface OutsideHelperSetup {
  readonly address: string;
  readonly port: number;
  /** PEM; null: plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** What it calls itself in EHLO. */
  readonly hostname: string;
}

export interface RunningOutsideHelper {
  readonly url: string;
  stop(): Promise<void>;
}

/** Rejects where it cannot listen. */
export async function startOutsideHelper(setup: OutsideHelperSetup): Promise<RunningOutsideHelper> {
  const clock = hurriedClock(systemClock, PROBE_TIMEOUT_MS);
  const probe = { connect: createTcpConnect({ clock }), clock, hostname: setup.hostname };
  const helper = new OutsideHelper({ look: (target) => lookAtSmtp(target, probe), clock: systemClock });
  const handle: Parameters<typeof createWebServer>[1] = (request, response) => {
    helper.handle(request, response).catch(() => response.destroy());
  };
  const server = setup.tls === null ? createWebServer(handle) : createSecureServer(setup.tls, handle);
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(setup.port, setup.address, resolve);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : setup.port;
  const host = setup.address.includes(':') ? `[${setup.address}]` : setup.address;
  return {
    url: `${setup.tls === null ? 'http' : 'https'}://${host}:${port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

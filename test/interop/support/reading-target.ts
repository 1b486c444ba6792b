/**
 * Reading target: the service that clients which are not ours read from: one that runs (POSTROOM_TARGET, as JSON), or
 * the reading office behind real listeners.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startReadingServer } from '../../support/reading-listeners.ts';
import type { ReadingPorts } from '../../support/reading-listeners.ts';

const run = promisify(execFile);

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface ReadingTarget {
  readonly host: string;
  readonly ports: ReadingPorts;
  readonly tom: Credentials;
  readonly anna: Credentials;
  /** PEM file with the certificate to trust. */
  readonly certificateFile: string;
}

export interface OpenTarget {
  readonly target: ReadingTarget;
  /** A folder of this test's own. */
  readonly folder: string;
  stop(): Promise<void>;
}

export async function openTarget(): Promise<OpenTarget> {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-interop-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  const running = process.env['POSTROOM_TARGET'];
  if (running !== undefined) return { target: JSON.parse(running) as ReadingTarget, folder, stop: remove };
  const server = await startReadingServer();
  const certificateFile = join(folder, 'certificate.pem');
  await writeFile(certificateFile, server.certificate);
  const target = {
    host: 'localhost',
    ports: server.ports,
    tom: { user: 'tom@server1.com', password: 'secret-tom' },
    anna: { user: 'anna@server1.com', password: 'secret-anna' },
    certificateFile,
  };
  const stop = async (): Promise<void> => {
    await server.stop();
    await remove();
  };
  return { target, folder, stop };
}

/** Runs a client to its end; its output. A client that fails, or is not installed, fails the test with its own words. */
export async function runClient(command: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(command, args, { timeout: 60_000, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} failed: ${String(error)}\n${stdout}\n${stderr}`, { cause: error });
  }
}

export const BIG_LINE = `${'0123456789'.repeat(7)}\r\n`;

/** Messages that clients trip over: no final line end, dots, 8-bit text, a large one, an empty one. */
export const SAMPLES: readonly string[] = [
  'From: anna@server1.com\r\nSubject: plain\r\n\r\nHello\r\n',
  'Subject: dots\r\n\r\n.\r\n..\r\n.x\r\nno line end',
  'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGrüße aus Köln\r\n',
  `Subject: large\r\n\r\n${BIG_LINE.repeat(20_000)}`,
  'Subject: empty\r\n\r\n',
];

/**
 * Serves the reading office on given or free loopback ports until it is ended, for trying clients by hand.
 *
 * node test/interop/serve-reading.ts [messages]
 */
import { writeFile } from 'node:fs/promises';
import { startReadingServer } from '../support/reading-listeners.ts';

const server = await startReadingServer();
const count = Number(process.argv[2] ?? 3);
for (let i = 1; i <= count; i++) {
  await server.office.arrive(
    `From: Anna <anna@server1.com>\nTo: tom@server1.com\nSubject: message ${i}\nMessage-ID: <${i}@x>\n\nText ${i}\n`,
  );
}
await writeFile('/tmp/reading-cert.pem', server.certificate);
process.stdout.write(`${JSON.stringify(server.ports)}\n`);

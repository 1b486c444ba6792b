/** A process of its own, which may have many descriptors: opens connections, says how many were taken, and holds them until it is killed. */
import { connect } from 'node:net';

const [port = '0', count = '0', sends = ''] = process.argv.slice(2);
/** Loopback addresses to come from: one has some 28,000 ports, and is one client to a server that counts. */
const CONNECTIONS_AN_ADDRESS = 50;
const AT_ONCE = 100;

let [open, greeted, refused] = [0, 0, 0];

function openOne(number: number): Promise<void> {
  const address = 1 + Math.floor(number / CONNECTIONS_AN_ADDRESS);
  const localAddress = `127.0.${Math.floor(address / 250)}.${1 + (address % 250)}`;
  return new Promise((resolve) => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress });
    socket.once('connect', () => open++);
    socket.once('data', () => greeted++);
    socket.once('data', () => resolve());
    socket.once('error', () => {
      refused++;
      resolve();
    });
    socket.once('close', () => resolve());
    if (sends !== '') {
      socket.end(Buffer.from(sends, 'hex'));
      setTimeout(resolve, 50);
    }
    setTimeout(resolve, 2_000).unref();
  });
}

for (let from = 0; from < Number(count); from += AT_ONCE)
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, Number(count) - from) }, (_, at) => openOne(from + at)),
  );
process.send?.({ open, greeted, refused });
setInterval(() => undefined, 60_000);

/**
 * Which addresses and ports are ours, so that mail never goes in a circle through ourselves.
 *
 * A loopback address is ours only where we listen on it: several offices may live on one machine (127.0.0.2, 127.0.0.3 …).
 */
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { ListenerName, ListenerStatus } from './port.ts';

/** `bind` is the address of the listeners; null: all addresses of the machine. */
export function isOwnListener(
  target: { address: string; port: number },
  bind: string | null,
  listeners: readonly ListenerStatus[],
): boolean {
  const isOwnPort = listeners.some(({ state, port }) => state === 'listening' && port === target.port);
  return isOwnPort && (isAll(bind) ? isOfThisMachine(target.address) : target.address === bind);
}

/** Where a listener of ours is to be reached from this machine; null: it does not listen. */
export function findOwnListener(
  name: ListenerName,
  bind: string | null,
  listeners: readonly ListenerStatus[],
): { readonly address: string; readonly port: number } | null {
  const port = listeners.find((listener) => listener.name === name)?.port ?? null;
  if (port === null) return null;
  const loopback = bind === '::' ? '::1' : '127.0.0.1';
  return { address: bind === null || isAll(bind) ? loopback : bind, port };
}

function isAll(bind: string | null): boolean {
  return bind === null || bind === '0.0.0.0' || bind === '::';
}

function isOfThisMachine(address: string): boolean {
  if (!isIPv6(address) && (address.startsWith('127.') || address === '0.0.0.0')) return true;
  return Object.values(networkInterfaces()).some((known) => known?.some((own) => own.address === address));
}

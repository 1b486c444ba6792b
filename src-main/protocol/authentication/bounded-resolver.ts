/**
 * Bounded resolver: DNS for the judging of one message: each question is asked once, and all of them have one deadline.
 *
 * RFC 7208 §4.6.4 (a limit of time). Flow: SPF, DKIM, DMARC, ARC → here → the resolver.
 * Invariants: after the deadline every look-up answers at once that nobody could say; a slow answer that comes later is dropped.
 */
import type { Clock } from '../../base/clock.ts';
import type { DnsResolver, LookUp } from '../dns/resolver.ts';

export function createBoundedResolver(
  resolver: DnsResolver,
  { clock, timeoutMs }: { clock: Clock; timeoutMs: number },
): DnsResolver {
  const deadline = clock.now() + timeoutMs;
  const asked = new Map<string, Promise<LookUp<unknown>>>();
  const ask = <T>(type: string, name: string, look: () => Promise<LookUp<T>>): Promise<LookUp<T>> => {
    const key = `${type} ${name.toLowerCase()}`;
    const known = asked.get(key) as Promise<LookUp<T>> | undefined;
    if (known !== undefined) return known;
    const answer = within(clock, deadline, look);
    asked.set(key, answer);
    return answer;
  };
  return {
    mx: (name) => ask('mx', name, () => resolver.mx(name)),
    a: (name) => ask('a', name, () => resolver.a(name)),
    aaaa: (name) => ask('aaaa', name, () => resolver.aaaa(name)),
    txt: (name) => ask('txt', name, () => resolver.txt(name)),
    ptr: (address) => ask('ptr', address, () => resolver.ptr(address)),
  };
}

const TOO_LATE: LookUp<never> = {
  kind: 'temporaryFailure',
  reason: 'the name servers did not answer in time',
};

function within<T>(clock: Clock, deadline: number, look: () => Promise<LookUp<T>>): Promise<LookUp<T>> {
  const leftMs = deadline - clock.now();
  if (leftMs <= 0) return Promise.resolve(TOO_LATE);
  return new Promise((resolve) => {
    const cancel = clock.after(leftMs, () => resolve(TOO_LATE));
    look().then(
      (answer) => {
        cancel();
        resolve(answer);
      },
      (error: unknown) => {
        cancel();
        resolve({ kind: 'temporaryFailure', reason: String(error) });
      },
    );
  });
}

/** What the macros of an SPF record stand for (RFC 7208 §7.2, §7.3). */
import { addressLabels } from '../../dns/reverse-name.ts';
import type { MacroValue } from './macro-string.ts';
import type { SpfDns } from './spf-dns.ts';

/** What is asked: may this client use this name? */
export interface SpfQuestion {
  readonly identity: 'mailfrom' | 'helo';
  readonly clientAddress: string;
  /** Lower case, A-labels. */
  readonly domain: string;
  /** `local-part@domain` (RFC 7208 §4.1 <sender>). */
  readonly sender: string;
  /** What the client said in HELO or EHLO. */
  readonly heloName: string;
  /** This server's name, for explanations. */
  readonly receivingHost: string;
  /** Milliseconds since 1970 UTC, for explanations. */
  readonly now: number;
}

/** `domain`: the one whose record has the macros. */
export function macroValues(question: SpfQuestion, domain: string, dns: SpfDns): MacroValue {
  const at = question.sender.lastIndexOf('@');
  const localPart = question.sender.slice(0, Math.max(at, 0));
  return (letter) => {
    switch (letter) {
      case 's':
        return localPart === '' ? `postmaster@${question.sender.slice(at + 1)}` : question.sender;
      case 'l':
        // RFC 7208 §4.3
        return localPart === '' ? 'postmaster' : localPart;
      case 'o':
        return question.sender.slice(at + 1);
      case 'd':
        return domain;
      case 'i':
        return (addressLabels(question.clientAddress) ?? []).join('.');
      case 'c':
        return readableAddress(question.clientAddress);
      case 'v':
        return addressLabels(question.clientAddress)?.length === 4 ? 'in-addr' : 'ip6';
      case 'h':
        return question.heloName;
      case 'r':
        return question.receivingHost;
      case 't':
        return String(Math.floor(question.now / 1000));
      case 'p':
        return validatedName(question, domain, dns);
      default:
        return '';
    }
  };
}

/** An IPv4 client of an IPv6 listener is shown as what it is. */
function readableAddress(address: string): string {
  const labels = addressLabels(address) ?? [];
  return labels.length === 4 ? labels.join('.') : address;
}

/** RFC 7208 §7.3: the domain itself if it is one of the names, one below it, or any. */
async function validatedName(question: SpfQuestion, domain: string, dns: SpfDns): Promise<string> {
  const names = await dns.validatedNames(question.clientAddress);
  return (
    names.find((name) => name === domain) ??
    names.find((name) => name.endsWith(`.${domain}`)) ??
    names[0] ??
    'unknown'
  );
}

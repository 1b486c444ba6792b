/** Messages as the checks of screening see them, made from text. */
import { indexMessage } from '../../src-main/format/message-indexer.ts';
import type { MessageOctets } from '../../src-main/mail/content/message-octets.ts';
import { readMessageText } from '../../src-main/mail/screening/content/message-text.ts';
import type { MessageFacts } from '../../src-main/mail/screening/facts.ts';
import type { EnvelopeFacts } from '../../src-main/mail/screening/port.ts';

/** Lines may end with LF. */
export function octetsOfText(text: string, encoding: 'utf8' | 'latin1' = 'utf8'): MessageOctets {
  const octets = Buffer.from(text.replace(/\r?\n/g, '\r\n'), encoding);
  return {
    sizeBytes: octets.length,
    index: indexMessage(octets),
    readRange: (start, end) => Promise.resolve(octets.subarray(start, end)),
  };
}

export const ENVELOPE: EnvelopeFacts = {
  origin: 'reception',
  client: { address: '192.0.2.7', hello: 'mx.server2.com', isTls: true },
  isFromDevice: false,
  reversePath: 'jack@server2.com',
  recipients: ['tom@server1.com'],
  at: Date.UTC(2026, 0, 1),
};

export const PLAIN = `Date: Thu, 1 Jan 2026 00:00:00 +0000
From: Jack <jack@server2.com>
To: tom@server1.com
Subject: Lunch
Message-ID: <1@server2.com>

Shall we have lunch tomorrow?
`;

export function factsOf(text: string, change: Partial<EnvelopeFacts> = {}): MessageFacts {
  const octets = octetsOfText(text);
  return { ...ENVELOPE, ...change, traceId: 'id1', octets, text: () => readMessageText(octets) };
}

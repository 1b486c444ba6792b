import { describe, expect, it } from 'vitest';
import type { SessionRow } from '../../../src-main/contract/transcripts.ts';
import { peerOf, sessionOutcome } from './session-words.ts';

const ROW: SessionRow = {
  id: 's1',
  protocol: 'smtp',
  direction: 'in',
  remoteAddress: '192.0.2.7',
  remotePort: 40_000,
  localPort: 25,
  remoteName: null,
  account: null,
  tls: null,
  startedAt: 0,
  endedAt: 1,
  end: 'closed',
  messages: 0,
  lastError: null,
  lineCount: 2,
};

describe('the outcome of a session', () => {
  it.each([
    [
      'a1 NO [AUTHENTICATIONFAILED] Wrong name or password',
      'NO [AUTHENTICATIONFAILED] Wrong name or password',
    ],
    ['Host: BAD Unknown command', 'BAD Unknown command'],
    ['* BAD Line too long', 'BAD Line too long'],
  ])('leaves the tag out of %j', (lastError, shown) => {
    expect(sessionOutcome({ ...ROW, protocol: 'imap', lastError })).toBe(shown);
  });

  it('shows replies of other protocols as they were', () => {
    expect(sessionOutcome({ ...ROW, lastError: '550 NO such user' })).toBe('550 NO such user');
  });
});

describe('the peer of a session', () => {
  it('is its address where it gave no name of its own', () => {
    expect(peerOf(ROW)).toEqual({ name: '192.0.2.7', details: '' });
    expect(peerOf({ ...ROW, remoteName: '[192.0.2.7]' })).toEqual({ name: '192.0.2.7', details: '' });
  });

  it('has its address beneath its name, so that strangers of one name can be told apart', () => {
    expect(peerOf({ ...ROW, remoteName: 'mx.example' })).toEqual({
      name: 'mx.example',
      details: '192.0.2.7',
    });
  });

  it('is above all who has signed in', () => {
    expect(peerOf({ ...ROW, remoteName: 'anna-pc', account: 'anna@server1.com' })).toEqual({
      name: 'anna@server1.com',
      details: 'anna-pc · 192.0.2.7',
    });
  });
});

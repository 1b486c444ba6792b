import { describe, expect, it } from 'vitest';
import type { RouteView } from '../../../src-main/contract/relay.ts';
import { draftOfRoute, isCompleteRoute, keepRoute, toRoute } from './route-draft.ts';

const ROUTE: RouteView = {
  name: 'archive',
  recipientDomain: '*.example',
  senderAccount: 'tom@a.example',
  senderDomain: 'a.example',
  client: '10.0.0.0/8',
  hosts: ['mx1.example', '[2001:db8::1]:2500'],
  protocol: 'lmtp',
  tls: 'required',
  verifyCertificate: true,
  user: 'office',
  hasPassword: true,
  retry: { firstRetrySeconds: 90, lifetimeSeconds: 7200 },
  maxSessions: 2,
  messagesPerMinute: 0.5,
};

describe('a route while it is typed', () => {
  it('is the same when nothing was typed, and keeps its password by its name', () => {
    const draft = draftOfRoute(ROUTE);
    expect(isCompleteRoute(draft)).toBe(true);
    expect(toRoute(draft, ROUTE)).toEqual(keepRoute(ROUTE));
    expect(keepRoute(ROUTE)).not.toHaveProperty('hasPassword');
  });

  it('is for all and called after its recipients where nothing else is said', () => {
    const draft = { ...draftOfRoute(null), hosts: ' mx.example \n' };
    expect(toRoute(draft, null)).toEqual({
      name: '*',
      recipientDomain: '*',
      hosts: ['mx.example'],
      protocol: 'smtp',
      tls: 'opportunistic',
      verifyCertificate: false,
    });
  });

  it.each([{ hosts: ' ' }, { maxSessions: 'many' }, { lifetimeHours: '-1' }])(
    'is not complete with %j',
    (typed) => {
      expect(isCompleteRoute({ ...draftOfRoute(ROUTE), ...typed })).toBe(false);
    },
  );
});

import { expect, test } from 'vitest';
import { nameRoutes, type UnnamedRoute } from './name-routes.ts';

test('a route without a name is called after its recipients, and no name stands twice', () => {
  const route = (recipientDomain: string, name?: string): UnnamedRoute => ({
    ...(name !== undefined && { name }),
    recipientDomain,
    hosts: ['mx.example'],
    protocol: 'smtp',
    tls: 'none',
    verifyCertificate: false,
  });
  const named = nameRoutes([route('*'), route('a.example'), route('*'), route('*', '* (2)')]);
  expect(named.map(({ name }) => name)).toEqual(['*', 'a.example', '* (3)', '* (2)']);
});

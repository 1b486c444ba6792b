/** An OpenID provider as small as can be: says where its keys are, shows them, and gives tokens. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface TestIssuer {
  readonly url: string;
  /** A token for the audience that says whose it is; `lifeMs` below 0 is over. */
  giveToken(owner: { email: string; audience: string; lifeMs?: number }): Promise<string>;
  close(): void;
}

export async function startTokenIssuer(): Promise<TestIssuer> {
  const keys = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'key', alg: 'RS256', use: 'sig' };
  const server = createServer((request, response) => {
    const isKeys = request.url === '/keys';
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(isKeys ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/keys` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    giveToken: ({ email, audience, lifeMs = 3_600_000 }) =>
      new SignJWT({ email })
        .setProtectedHeader({ alg: 'RS256', kid: 'key' })
        .setIssuer(url)
        .setAudience(audience)
        .setExpirationTime(new Date(Date.now() + lifeMs))
        .sign(keys.privateKey),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

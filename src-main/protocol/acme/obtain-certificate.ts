/**
 * A certificate from an authority: order, proof for each name, request, download.
 *
 * RFC 8555 §7.1.6 (states of an order). Invariants: what was put up for a challenge is taken down again, however it ended; a name that
 * could not be proved ends the order with the authority's reason.
 */
import type { AcmeClient } from './acme-client.ts';
import { makeCertificateRequest } from './certificate-request.ts';
import { keyAuthorization, type ChallengeType } from './challenges.ts';
import { AcmeError, describeProblem } from './problem.ts';
import type { AcmeAuthorization, AcmeChallenge } from './resources.ts';

export interface ChallengeToMeet {
  readonly name: string;
  readonly token: string;
  readonly keyAuthorization: string;
}

/** Puts the proof where the authority looks for it. */
export interface ChallengeSolver {
  readonly type: ChallengeType;
  /** Resolves when the proof is to be seen, with what takes it down; rejects where `signal` says that nobody wants it any more. */
  present(challenge: ChallengeToMeet, signal: AbortSignal): Promise<() => void | Promise<void>>;
}

export interface CertificateWish {
  readonly names: readonly string[];
  /** PEM; made by makeKey(). */
  readonly key: string;
  readonly solver: ChallengeSolver;
}

/** The certificate and those that it is signed with, PEM. */
export async function obtainCertificate(client: AcmeClient, wish: CertificateWish): Promise<string> {
  const { url, order } = await client.newOrder(wish.names);
  await authorizeAll(client, order.authorizations, wish.solver);
  const ready = await client.orderAfter(url, ['pending']);
  if (ready.status === 'ready') {
    await client.finalize(ready, await makeCertificateRequest(wish.names, wish.key));
  }
  const settled = await client.orderAfter(url, ['pending', 'ready', 'processing']);
  if (settled.status !== 'valid' || settled.certificate === undefined) {
    const { text } = describeProblem(settled.error);
    throw new AcmeError(text === '' ? `the order is ${settled.status}` : text);
  }
  return client.download(settled.certificate);
}

/** All at once, so that who publishes records by hand sees all of them; the first failure ends the others. */
async function authorizeAll(
  client: AcmeClient,
  urls: readonly string[],
  solver: ChallengeSolver,
): Promise<void> {
  const others = new AbortController();
  const authorizations = urls.map((url) =>
    authorize(client, url, { solver, signal: others.signal }).catch((error: unknown) => {
      others.abort();
      throw error;
    }),
  );
  await Promise.allSettled(authorizations);
  await Promise.all(authorizations);
}

async function authorize(
  client: AcmeClient,
  url: string,
  { solver, signal }: { solver: ChallengeSolver; signal: AbortSignal },
): Promise<void> {
  const authorization = await client.readAuthorization(url);
  if (authorization.status === 'valid') return;
  const challenge = findChallenge(authorization, solver.type);
  const { value: name } = authorization.identifier;
  const { token } = challenge;
  const toMeet = { name, token, keyAuthorization: keyAuthorization(token, client.accountKey) };
  const takeDown = await solver.present(toMeet, signal);
  try {
    await client.respond(challenge.url);
    insistOnValid(await client.settledAuthorization(url), solver.type);
  } finally {
    await takeDown();
  }
}

function findChallenge({ challenges, identifier }: AcmeAuthorization, type: ChallengeType): AcmeChallenge {
  const found = challenges.find((challenge) => challenge.type === type);
  if (found !== undefined) return found;
  const offered = challenges.map((challenge) => challenge.type).join(', ');
  throw new AcmeError(`the authority does not offer ${type} for ${identifier.value} (it offers ${offered})`);
}

function insistOnValid({ status, identifier, challenges }: AcmeAuthorization, type: ChallengeType): void {
  if (status === 'valid') return;
  const failed = challenges.find((challenge) => challenge.type === type && challenge.error !== undefined);
  const problem = describeProblem(failed?.error);
  const words = problem.text === '' ? `the proof is ${status}` : problem.text;
  throw new AcmeError(`${identifier.value}: ${words}`, { type: problem.type });
}

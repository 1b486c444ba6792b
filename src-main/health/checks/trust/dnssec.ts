/** RFC 4035: whether the domain's answers are signed, so that nobody can forge them. */
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { advice, fine, unanswered, unsure, warn } from '../finding.ts';

/** Signed since 2010: who validates says so of it. */
const SIGNED_ZONE = 'org';

export const dnssec: HealthCheck = {
  id: 'dnssec',
  card: 'trust',
  about: 'domain',
  async run({ dns }, domain) {
    const [own, known, delegation] = await Promise.all([
      dns.ask(domain, 'SOA'),
      dns.ask(SIGNED_ZONE, 'SOA'),
      dns.ask(domain, 'DS'),
    ]);
    // A resolver that validates answers SERVFAIL where signatures do not fit.
    if (own.kind === 'temporaryFailure' && known.isProved)
      return [unsure(tell('dnssecBogus', { domain }), { fixes: [advice(tell('adviseDnssecBroken', {}))] })];
    if (own.kind === 'temporaryFailure') return [unanswered(domain, own)];
    if (own.isProved) return [fine(tell('dnssecProved', { domain }))];
    const isSigned = delegation.kind === 'found';
    if (isSigned && known.isProved)
      return [warn(tell('dnssecUnproved', { domain }), { fixes: [advice(tell('adviseDnssecBroken', {}))] })];
    if (isSigned) return [fine(tell('dnssecSigned', { domain }))];
    if (delegation.kind === 'temporaryFailure') return [unanswered(domain, delegation)];
    return [warn(tell('dnssecAbsent', { domain }), { fixes: [advice(tell('adviseDnssec', {}))] })];
  },
};

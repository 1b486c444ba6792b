/** RFC 3207, RFC 7672 §3.2.3, RFC 8461 §4.2: TLS on each mail host, and the certificate that is shown there. */
import { tell } from '../../finding-words.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import type { CheckTools, SmtpLook } from '../../tools.ts';
import { certificateFixes, fail, fine, onPage, unanswered, unsure, warn } from '../finding.ts';
import { isOurs, mailHostAddresses, type MailHostAddress } from '../mail-hosts.ts';

export const startTls: HealthCheck = {
  id: 'startTls',
  card: 'receive',
  about: 'server',
  async run(tools) {
    const { places, doubt } = await mailHostAddresses(tools);
    if (places.length === 0)
      return doubt === null ? [] : [unanswered(tools.facts.hostname, { reason: doubt })];
    const looks = await Promise.all(
      places.map(async (place) => ({
        place,
        isOwn: await isOurs(tools, place.address),
        look: await tools.smtp({ address: place.address, port: tools.mxPort, serverName: place.host }),
      })),
    );
    return looks
      .filter(({ isOwn }) => isOwn)
      .map(({ place, look }) => ({ subject: place.address, ...judge(tools, place, look) }));
  },
};

function judge(tools: CheckTools, { host, address }: MailHostAddress, look: SmtpLook): CheckFinding {
  if (look.kind !== 'answered') return unsure(tell('tlsNotSeen', { address }));
  // Who demands TLS (MTA-STS in enforce) refuses a host that cannot prove itself.
  const isDemanded = tools.facts.mtaSts.some(({ mode }) => mode === 'enforce');
  const poor = isDemanded ? fail : warn;
  const fixes = certificateFixes(tools, host);
  if (!look.offersTls)
    return poor(tell('tlsNotOffered', { address }), { fixes: [onPage('certificates', host)] });
  const { tls, tlsProblem } = look;
  if (tls === null) return fail(tell('tlsBroken', { address, reason: tlsProblem ?? '' }), { fixes });
  const names = tls.certificate?.names ?? [];
  if (tls.isVerified) return fine(tell('tlsProved', { address, host }), { found: names });
  const values = { address, host, reason: tls.flaw?.reason ?? '' };
  return poor(tell('tlsUnproved', values), { expected: [host], found: names, fixes });
}

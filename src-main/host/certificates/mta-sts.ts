/** The MTA-STS policies that we publish for our domains (RFC 8461 §3). */
import { createHash } from 'node:crypto';

/** RFC 8461 §3.2: weeks or more, so that who attacks at a sender's first letter is not lucky again at its second. */
const MAX_AGE_SECONDS = 14 * 24 * 60 * 60;
const ID_CHARACTERS = 20;

export const MTA_STS_PATH = '/.well-known/mta-sts.txt';

/** `testing`: who finds fault reports it, and delivers. */
export interface MtaStsSetting {
  readonly domain: string;
  readonly mode: 'testing' | 'enforce';
}

/** Where others look for the policy. */
export function policyHost(domain: string): string {
  return `mta-sts.${domain}`;
}

/** RFC 8461 §3.2 */
export function formatPolicy({ mode }: MtaStsSetting, hostname: string): string {
  const lines = ['version: STSv1', `mode: ${mode}`, `mx: ${hostname}`, `max_age: ${MAX_AGE_SECONDS}`];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** RFC 8461 §3.1: others fetch the policy anew when its id changes, so it is made of the policy. */
export function formatPolicyRecord(setting: MtaStsSetting, hostname: string): string {
  const digest = createHash('sha256').update(formatPolicy(setting, hostname)).digest('hex');
  return `v=STSv1; id=${digest.slice(0, ID_CHARACTERS)};`;
}

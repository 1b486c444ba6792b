/** How checks say what they found, and what puts it right. */
import { tell } from '../finding-words.ts';
import type { CheckFinding, HealthAction, HealthFix, HealthPage, HealthText, LetterKind } from '../port.ts';
import type { ZoneRecord } from '../records/zone-record.ts';
import type { CheckTools } from '../tools.ts';

type Details = Omit<CheckFinding, 'state' | 'text'>;

export function fine(text: HealthText, details: Details = {}): CheckFinding {
  return { state: 'ok', text, ...details };
}

export function warn(text: HealthText, details: Details = {}): CheckFinding {
  return { state: 'warning', text, ...details };
}

export function fail(text: HealthText, details: Details = {}): CheckFinding {
  return { state: 'error', text, ...details };
}

/** Nobody could say. */
export function unsure(text: HealthText, details: Details = {}): CheckFinding {
  return { state: 'undetermined', text, ...details };
}

/** DNS did not answer. */
export function unanswered(name: string, { reason }: { readonly reason: string }): CheckFinding {
  return unsure(tell('dnsSilent', { name, reason }), { fixes: [advice(tell('adviseResolver', {}))] });
}

export function publish(domain: string, record: ZoneRecord, instead: readonly ZoneRecord[] = []): HealthFix {
  return { kind: 'publish', domain, record, instead };
}

export function withdraw(domain: string, record: ZoneRecord): HealthFix {
  return { kind: 'withdraw', domain, record };
}

export function advice(text: HealthText): HealthFix {
  return { kind: 'advice', text };
}

export function onPage(page: HealthPage, subject = ''): HealthFix {
  return { kind: 'page', page, subject };
}

export function letter(kind: LetterKind, values: HealthText['values']): HealthFix {
  return { kind: 'letter', letter: kind, values };
}

export function press(action: HealthAction, subject = ''): HealthFix {
  return { kind: 'action', action, subject };
}

/** A button where an authority renews the certificate; the page where it is chosen always. */
export function certificateFixes({ facts }: CheckTools, name: string): readonly HealthFix[] {
  const isRenewed = facts.renewals.some((each) => each.name === name || each.purpose === name);
  return [...(isRenewed ? [press('renewCertificate', name)] : []), onPage('certificates', name)];
}

/** What Setup would have published for this purpose. */
export function wantedFor({ facts }: CheckTools, domain: string, purpose: string): readonly ZoneRecord[] {
  return facts.wanted
    .filter((each) => each.domain === domain && each.purpose === purpose)
    .map(({ record }) => record);
}

/** Its value, where there is one. */
export function valuesOf(record: ZoneRecord | undefined): readonly string[] {
  return record === undefined || record.value === null ? [] : [record.value];
}

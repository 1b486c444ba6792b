/** A rule while it is being written: texts, as the fields have them. */
import type { ScreeningRule } from '../../../src-main/contract/screening.ts';

const OCTETS_PER_MEGABYTE = 1024 * 1024;

export interface RuleDraft {
  name: string;
  sender: string;
  recipient: string;
  client: string;
  headerName: string;
  headerPattern: string;
  body: string;
  attachment: string;
  megabytes: string;
  action: ScreeningRule['action'];
  points: string;
}

export function draftOfRule(rule: ScreeningRule | null): RuleDraft {
  const { largerThanBytes } = rule ?? {};
  return {
    name: rule?.name ?? '',
    sender: rule?.sender ?? '',
    recipient: rule?.recipient ?? '',
    client: rule?.client ?? '',
    headerName: rule?.header?.name ?? '',
    headerPattern: rule?.header?.pattern ?? '',
    body: rule?.body ?? '',
    attachment: rule?.attachment ?? '',
    megabytes: largerThanBytes === undefined ? '' : String(largerThanBytes / OCTETS_PER_MEGABYTE),
    action: rule?.action ?? 'junk',
    points: String(rule?.points ?? 2),
  };
}

export function ruleOfDraft(
  draft: RuleDraft,
  { id, isEnabled }: Pick<ScreeningRule, 'id' | 'isEnabled'>,
): ScreeningRule {
  const { action, headerName, headerPattern } = draft;
  const texts = (['sender', 'recipient', 'client', 'body', 'attachment'] as const).flatMap((field) => {
    const text = draft[field].trim();
    return text === '' ? [] : [[field, text] as const];
  });
  const megabytes = Number(draft.megabytes);
  const hasHeader = headerName.trim() !== '' && headerPattern.trim() !== '';
  const name = draft.name.trim() === '' ? (texts[0]?.[1] ?? headerPattern.trim()) : draft.name.trim();
  return {
    id,
    isEnabled,
    name: name === '' ? `${draft.megabytes} MB` : name,
    action,
    ...(action === 'score' && { points: Number(draft.points) }),
    ...Object.fromEntries(texts),
    ...(hasHeader && { header: { name: headerName.trim(), pattern: headerPattern.trim() } }),
    ...(megabytes > 0 && { largerThanBytes: Math.round(megabytes * OCTETS_PER_MEGABYTE) }),
  };
}

/** What screening and quarantine did to a message, in plain words. */
import type { TimelineEvent } from '../../../src-main/contract/messages.ts';
import { t } from '../../locales/text.ts';
import { nameFinding, tellDetail } from '../shared/finding-names.ts';
import type { Step } from './step.ts';

type EventOf<Type extends TimelineEvent['type']> = Extract<TimelineEvent, { type: Type }>;

export function describeScreening(
  event: EventOf<'screened' | 'quarantined' | 'quarantineReleased' | 'quarantineRemoved'>,
): Step {
  switch (event.type) {
    case 'screened':
      return describeVerdict(event);
    case 'quarantined':
      return step('warning', t('timeline.quarantined', { account: event.account }), [
        tellDetail(event.reason),
      ]);
    case 'quarantineReleased': {
      const { account, followingTraceId } = event;
      const way = followingTraceId === undefined ? 'quarantineReleased' : 'quarantineSentOn';
      return step('ok', t(`timeline.${way}`, { account, by: event.by ?? '' }));
    }
    case 'quarantineRemoved': {
      const { account, by } = event;
      const title =
        by === null
          ? t('timeline.quarantineExpired', { account })
          : t('timeline.quarantineRemoved', { account, by });
      return step('error', title);
    }
  }
}

function step(tone: Step['tone'], title: string, facts: readonly string[] = []): Step {
  return { tone, title, facts, sessionId: null };
}

const VERDICT_TONES = {
  accept: 'ok',
  junk: 'warning',
  quarantine: 'warning',
  reject: 'error',
  defer: 'warning',
} as const;

/** The finding that decided stands first; the rest follow by what they count. */
function describeVerdict({ action, score, findings, decidedBy }: EventOf<'screened'>): Step {
  const isDeciding = (finding: (typeof findings)[number]) =>
    `${finding.check}.${finding.outcome}` === decidedBy;
  const others = findings
    .filter((finding) => !isDeciding(finding))
    .toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  const facts = [...findings.filter(isDeciding), ...others].map((finding) => {
    const { weight } = finding;
    const detail = tellDetail(finding.detail);
    const name = nameFinding(finding);
    if (weight === 0) return t('timeline.findingWithoutPoints', { name, detail });
    return t('timeline.finding', { name, points: formatPoints(weight), detail });
  });
  return {
    tone: VERDICT_TONES[action],
    title: t(`timeline.screened.${action}`, { score }),
    facts,
    sessionId: null,
  };
}

/** `+1.5`, `−0.5` */
function formatPoints(weight: number): string {
  return `${weight > 0 ? '+' : '−'}${Math.abs(weight).toFixed(1)}`;
}

/**
 * From findings to a verdict: points are added up against thresholds, unless a finding settles the matter by itself.
 *
 * Invariants: the same findings and settings give the same verdict; the verdict names what decided it.
 */
import type { SmtpReply } from '../../protocol/smtp/server/reply.ts';
import { DEFAULT_WEIGHTS } from './default-settings.ts';
import { RANK, type CheckFinding } from './facts.ts';
import type { Finding, Verdict, VerdictAction } from './port.ts';
import type { ScreeningSettings, Thresholds } from './settings.ts';

/** From mild to severe. */
const SEVERITY: readonly VerdictAction[] = ['accept', 'junk', 'quarantine', 'defer', 'reject'];

export const BY_SCORE = 'score';

export interface DecisionOptions {
  readonly settings: ScreeningSettings;
  /** Of users who signed in no content is scored. */
  readonly countsScore: boolean;
}

export interface DecidedVerdict extends Verdict {
  /** The reply that the deciding finding asks for. */
  readonly reply: SmtpReply | null;
}

export function decide(found: readonly CheckFinding[], options: DecisionOptions): DecidedVerdict {
  const findings = found.map((finding) => weigh(finding, options.settings));
  const score = round(findings.reduce((sum, { weight }) => sum + weight, 0));
  const byScore = options.countsScore ? actionByScore(score, options.settings.thresholds) : 'accept';
  const deciding = findDeciding(found);
  const decision = deciding?.decides;
  const provenDomain = found.find((finding) => finding.provenDomain !== undefined)?.provenDomain;
  const facts = { score, findings, reply: null, ...(provenDomain !== undefined && { provenDomain }) };
  if (deciding === undefined || decision === undefined) {
    return { ...facts, action: byScore, decidedBy: BY_SCORE };
  }
  const isLastWord = decision.rank < RANK.attachment || decision.rank === RANK.allowed;
  if (!isLastWord && isMilder(decision.action, byScore)) {
    return { ...facts, action: byScore, decidedBy: BY_SCORE };
  }
  return { ...facts, action: decision.action, decidedBy: nameOf(deciding), reply: decision.reply ?? null };
}

/** The finding of the lowest rank; of several, the most severe. */
function findDeciding(found: readonly CheckFinding[]): CheckFinding | undefined {
  return found
    .filter(({ decides }) => decides !== undefined)
    .toSorted((a, b) => {
      const ranks = (a.decides?.rank ?? 0) - (b.decides?.rank ?? 0);
      return ranks !== 0 ? ranks : severityOf(b) - severityOf(a);
    })[0];
}

function severityOf({ decides }: CheckFinding): number {
  return decides === undefined ? -1 : SEVERITY.indexOf(decides.action);
}

export function isMilder(action: VerdictAction, than: VerdictAction): boolean {
  return SEVERITY.indexOf(action) < SEVERITY.indexOf(than);
}

export function actionByScore(score: number, { junk, quarantine, reject }: Thresholds): VerdictAction {
  if (reject !== null && score >= reject) return 'reject';
  if (quarantine !== null && score >= quarantine) return 'quarantine';
  return score >= junk ? 'junk' : 'accept';
}

function weigh({ check, outcome, detail, weight }: CheckFinding, settings: ScreeningSettings): Finding {
  const name = nameOf({ check, outcome });
  const counted = weight ?? settings.weights[name] ?? DEFAULT_WEIGHTS[name] ?? 0;
  return { check, outcome, detail, weight: round(counted) };
}

/** `check.outcome` */
export function nameOf({ check, outcome }: Pick<Finding, 'check' | 'outcome'>): string {
  return `${check}.${outcome}`;
}

/** Points with one tenth, as people read them. */
function round(points: number): number {
  return Math.round(points * 10) / 10;
}

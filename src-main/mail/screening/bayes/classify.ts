/**
 * How likely a message is junk, by the words it shares with what was learned.
 *
 * Robinson's f(w) and Fisher's method of combining (G. Robinson, "A Statistical Approach to the Spam Problem", 2003; as SpamBayes and
 * bogofilter do it). Invariants: from 0 to 1; 0.5 where nothing is known; a single word never settles it.
 */
import type { TokenCounts } from '../store-port.ts';

/** How strongly a word that was hardly seen is held to be neutral. */
const STRENGTH = 0.45;
const NEUTRAL = 0.5;
/** Words closer to neutral say nothing. */
const LEAST_DISTANCE = 0.1;
/** The strongest words that count. */
const MOST_WORDS = 150;

export function junkProbability(counts: Iterable<TokenCounts>, totals: TokenCounts): number {
  if (totals.junk === 0 || totals.mail === 0) return NEUTRAL;
  const words = [...counts]
    .map((count) => wordProbability(count, totals))
    .filter((probability) => Math.abs(probability - NEUTRAL) >= LEAST_DISTANCE)
    .toSorted((a, b) => Math.abs(b - NEUTRAL) - Math.abs(a - NEUTRAL))
    .slice(0, MOST_WORDS);
  if (words.length === 0) return NEUTRAL;
  const freedom = 2 * words.length;
  const junk = 1 - chiSquareTail(-2 * sumOfLogs(words.map((probability) => 1 - probability)), freedom);
  const mail = 1 - chiSquareTail(-2 * sumOfLogs(words), freedom);
  return (1 + junk - mail) / 2;
}

function wordProbability({ junk, mail }: TokenCounts, totals: TokenCounts): number {
  const seen = junk + mail;
  const junkShare = junk / totals.junk;
  const mailShare = mail / totals.mail;
  const observed = junkShare + mailShare === 0 ? NEUTRAL : junkShare / (junkShare + mailShare);
  return (STRENGTH * NEUTRAL + seen * observed) / (STRENGTH + seen);
}

function sumOfLogs(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + Math.log(value), 0);
}

/** The chance that chi-square with an even number of degrees of freedom is at least `value`. */
export function chiSquareTail(value: number, freedom: number): number {
  const half = value / 2;
  let term = Math.exp(-half);
  let sum = term;
  for (let i = 1; i < freedom / 2; i++) {
    term *= half / i;
    sum += term;
  }
  return Math.min(1, sum);
}

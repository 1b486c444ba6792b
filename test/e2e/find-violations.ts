/** What axe finds on a page against WCAG 2.2 A and AA, as short lines. */
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Colours on their way from one theme to the other are nobody's. An animation that is cut off rejects, and is over as well. */
const SETTLED = `Promise.allSettled(
  document.getAnimations().filter((each) => each.effect?.getTiming().iterations === 1).map((each) => each.finished),
)`;

export async function findViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  await page.evaluate(SETTLED);
  const results = await page.evaluate<AxeResults>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
  );
  // A page that was not there yet would have nothing against it.
  expect(results.passes.length).toBeGreaterThan(10);
  return results.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  );
}

import { describe, expect, it } from 'vitest';
import { markdownTable, replaceSection } from './proof-page.ts';

describe('a section of test/PROOF.md', () => {
  const page =
    '# Proof\n\n<!-- crash -->\n\nold figures\n\n<!-- /crash -->\n\n<!-- soak -->\n\n<!-- /soak -->\n';

  it('is replaced between its markers, and nothing else is', () => {
    expect(replaceSection(page, 'crash', 'new figures\n')).toBe(page.replace('old', 'new'));
  });

  it('is refused where the page has no such markers', () => {
    expect(() => replaceSection(page, 'storms', 'figures')).toThrow('no section <!-- storms -->');
  });

  it('keeps a bar within a cell within its cell', () => {
    expect(markdownTable(['what', 'count'], [['a|b', 2]])).toBe(
      '| what | count |\n| --- | --- |\n| a\\|b | 2 |',
    );
  });
});

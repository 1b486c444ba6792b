import { describe, expect, it } from 'vitest';
import { tell } from '../../health/finding-words.ts';
import type { StoredFinding } from '../../health/store-port.ts';
import { composeHealthNotice } from './health-notice.ts';

const row = (state: 'ok' | 'warning' | 'error', subject = 'example.com'): StoredFinding => ({
  domain: subject,
  finding: {
    ...{ check: 'dmarcRecord', card: 'trust', subject, state },
    text: tell('dmarcMissing', { domain: subject }),
    ...{ expected: [], found: [], evidence: [], fixes: [] },
  },
  ...{ checkedAt: 0, changedAt: 0, settled: state },
});
const news = {
  hostname: 'mail.example.com',
  worse: [row('error')],
  better: [row('ok', 'b.example')],
  consoleUrl: null,
};

describe('what administrators are told of health', () => {
  it('is what changed, in English', () => {
    const { subject, lines } = composeHealthNotice('en', news);
    expect(subject).toBe('mail.example.com: 1 thing(s) got worse');
    expect(lines).toContain('  ERROR: Is there one good DMARC record? (example.com)');
    expect(lines).toContain(
      '    example.com does not say what to do with mail that only pretends to be its (DMARC).',
    );
    expect(lines.at(-1)).toContain('page Health');
  });

  it('is the same in Chinese', () => {
    const { subject, lines } = composeHealthNotice('zh-CN', news);
    expect(subject).toBe('mail.example.com：1 项变差');
    expect(lines.join('\n')).toContain(
      '错误：是否有一条正确的 DMARC 记录？ (example.com)'.replace('：', ': '),
    );
  });

  it('names the page where the console is known', () => {
    const { lines } = composeHealthNotice('en', { ...news, consoleUrl: 'https://mail.example.com:8025/' });
    expect(lines.at(-1)).toContain('https://mail.example.com:8025/health');
  });

  it('is bounded, however much there is', () => {
    const worse = Array.from({ length: 500 }, (_, index) =>
      row('error', `${'x'.repeat(2000)}${index}.example`),
    );
    const { lines } = composeHealthNotice('en', { ...news, worse });
    expect(lines.length).toBeLessThan(80);
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThan(998);
    expect(lines).toContain('… and 470 more');
  });

  it('only says better where nothing is worse', () => {
    expect(composeHealthNotice('en', { ...news, worse: [] }).subject).toContain('1 thing(s) got better');
  });
});

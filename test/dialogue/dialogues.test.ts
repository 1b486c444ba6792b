import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runDialogue } from './run-dialogue.ts';

const scripts = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.smtp'));

describe('the dialogue', () => {
  test.each(scripts)('%s', async (name) => {
    await runDialogue(readFileSync(`${import.meta.dirname}/${name}`, 'utf8'));
  });
});

describe('the dialogue runner', () => {
  test.each(['@ reception\ns <~ 250', '@ reception\ns <- 221 …', 'c -> NOOP', '@ reception\ndelivered tom'])(
    'fails where a line does not come true: %j',
    async (script) => {
      await expect(runDialogue(script)).rejects.toThrow(/line \d/);
    },
  );
});

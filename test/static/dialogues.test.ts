/** Every command that a server of ours knows, and every response code it says, stands in a dialogue test. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMAND_TABLE } from '../../src-main/mail/retrieval/imap/command-table.ts';
import { parseCommand } from '../../src-main/protocol/imap/grammar/parse-command.ts';
import { RESPONSE_CODE_NAMES } from '../../src-main/protocol/imap/response-codes.ts';
import { parsePop3Command } from '../../src-main/protocol/pop3/command.ts';
import { COMMANDS as SMTP_COMMANDS } from '../../src-main/protocol/smtp/server/commands/command-table.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The texts of a folder's files whose names fit, joined. */
function read(folder: string, wanted: RegExp, unwanted = /^$/): string {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name) && !unwanted.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

const SOURCE = /\.ts$/;
const TEST = /\.test\.ts$/;

describe('IMAP', () => {
  const dialogues = read('src-main/mail/retrieval/imap', TEST);
  const code = ['src-main/mail/retrieval/imap', 'src-main/protocol/imap']
    .map((folder) => read(folder, SOURCE, /\.test\.ts$|^response-codes\.ts$/))
    .join('\n');

  /** `C: a1 NAME`, `client.ask('NAME')`, `client.write('a1 NAME`. */
  function isPlayed(command: string): boolean {
    const before = String.raw`C: \S+ |(?:ask|transact)\(\s*['"\`]|write\(\s*['"\`]\S+ |\\n\w+ `;
    return new RegExp(`(?:${before})${command}\\b`, 'i').test(dialogues);
  }

  test('every command of the table', () => {
    const commands = Object.keys(COMMAND_TABLE);
    expect(commands.length).toBeGreaterThan(35);
    expect(commands.filter((command) => !isPlayed(command))).toEqual([]);
  });

  test('every command in its UID form, where it has one', () => {
    const isUidCommand = (name: string): boolean => {
      const parsed = parseCommand(`a UID ${name}`);
      return parsed.ok || !parsed.error.message.includes('a command that takes UIDs');
    };
    const commands = Object.keys(COMMAND_TABLE).filter(isUidCommand);
    expect(commands).toContain('EXPUNGE');
    expect(commands.filter((command) => !isPlayed(`UID ${command}`))).toEqual([]);
  });

  test('every response code that the code says', () => {
    const said = RESPONSE_CODE_NAMES.filter((name) => new RegExp(`['\`[]${name}[ '\`\\]]`).test(code));
    expect(said.length).toBeGreaterThan(30);
    expect(said.filter((name) => !new RegExp(`\\[${name}[ \\]\\\\]`).test(dialogues))).toEqual([]);
  });

  test('every response code in an untagged response is a registered one', () => {
    const names = [...code.matchAll(/\b(?:OK|NO|BAD|BYE) \[([A-Z0-9-]+)/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !RESPONSE_CODE_NAMES.some((each) => each === name))).toEqual([]);
  });

  test('every code of METADATA', () => {
    const said = new Set([...code.matchAll(/['`[]METADATA ([A-Z]+)/g)].map(([, name]) => name));
    expect([...said].sort()).toEqual(['LONGENTRIES', 'MAXSIZE', 'TOOMANY']);
    expect([...said].filter((name) => !dialogues.includes(`[METADATA ${name}`))).toEqual([]);
  });
});

describe('POP3', () => {
  const dialogues = read('src-main/mail/retrieval/pop3', TEST);
  const code = ['src-main/mail/retrieval/pop3', 'src-main/protocol/pop3']
    .map((folder) => read(folder, SOURCE, TEST))
    .join('\n');

  test('every command', () => {
    const names = new Set([...code.matchAll(/'([A-Z]{3,4}\d?)'/g)].map(([, name]) => name ?? ''));
    const commands = [...names].filter((name) => {
      const parsed = parsePop3Command(`${name} 1 1`);
      return parsed.ok || !/unknown|not known/i.test(parsed.error);
    });
    expect(commands.length).toBeGreaterThan(12);
    expect(
      commands.filter((name) => !new RegExp(`(?:C: |write\\('|\\\\n)${name}\\b`).test(dialogues)),
    ).toEqual([]);
  });

  test('every response code', () => {
    const said = ['IN-USE', 'LOGIN-DELAY', 'AUTH', 'SYS/TEMP', 'SYS/PERM'].filter(
      (name) => code.includes(`'${name}')`) || code.includes(`code: '${name}'`),
    );
    expect(said.length).toBeGreaterThan(2);
    expect(said.filter((name) => !dialogues.includes(`[${name}]`))).toEqual([]);
  });
});

describe('SMTP', () => {
  const dialogues = read('test/dialogue', /\.smtp$/) + read('src-main/protocol/smtp/server', TEST);

  test('every verb of the table', () => {
    const verbs = SMTP_COMMANDS.map(({ verb }) => verb);
    expect(verbs).toContain('MAIL');
    expect(
      verbs.filter((verb) => !new RegExp(`(?:c [-=]> |['"\`]|\\\\n)${verb}\\b`).test(dialogues)),
    ).toEqual([]);
  });
});

/** The operator's reference as one page. Invariants: nothing in it is written by hand but the sentences that lead in. */
import {
  callSection,
  commandSection,
  dataSection,
  environmentSection,
  exitSection,
  metricsSection,
  portSection,
  provisionSection,
  roleSection,
  settingsSection,
} from './sections.ts';

interface Section {
  readonly title: string;
  readonly leadIn: string;
  readonly body: () => string;
}

const SECTIONS: readonly Section[] = [
  {
    title: 'Commands',
    leadIn: 'Without an installation, `postroom` is `node out/main/service.js` in the folder of the program.',
    body: commandSection,
  },
  {
    title: 'Exit codes',
    leadIn: 'Results go to standard output, progress and logs to standard error.',
    body: exitSection,
  },
  {
    title: 'Environment variables',
    leadIn: 'There are few: settings are in the data folder, secrets come by files.',
    body: environmentSection,
  },
  {
    title: 'Provision file',
    leadIn:
      'JSON, applied at each start (`--provision FILE`). An unknown key or a wrong value is refused with its path, before anything is changed. ' +
      'What the file does not name is left alone. `[]`: each entry of a list; `(kind "x")`: only where `kind` is `x`.',
    body: provisionSection,
  },
  {
    title: 'Settings',
    leadIn:
      'What the console changes, by the calls of its API (`/api/` of the console describes them, with their outputs). Bounds are checked by the server.',
    body: settingsSection,
  },
  {
    title: 'Ports',
    leadIn:
      '`--ports` chooses others: `smtp=2525,imap=off,pop3=0` (`0`: any free one). `postroom start` and the desktop app try higher ones where ' +
      'the standard port cannot be had. `http` and `https` are open only while they are needed. The console listens on 127.0.0.1:8025 (`--console`).',
    body: portSection,
  },
  {
    title: 'Data folder',
    leadIn:
      'Linux `~/.local/share/postroom`, macOS `~/Library/Application Support/Postroom`, Windows `%LOCALAPPDATA%\\Postroom`; as a service ' +
      '`/var/lib/postroom`, `/Library/Application Support/Postroom`, `%ProgramData%\\Postroom`. `*` stands for any characters.',
    body: dataSection,
  },
  {
    title: 'Metrics',
    leadIn:
      'At `/metrics` of the console in the text format of Prometheus, with an API token of the scope `read`, once Settings, Monitoring has them on.',
    body: metricsSection,
  },
  {
    title: 'Roles and what they may do',
    leadIn: 'Each call needs one of these; a token never has more than the administrator it belongs to.',
    body: roleSection,
  },
  { title: 'Calls and what they need', leadIn: 'Changes are written into the audit log.', body: callSection },
];

const HEAD = `# Operator's reference

Made from the program by \`npm run reference\`; a test holds that it says what the program does. For how to go about things, see the
[guide](guide/en/first-hour.md).
`;

export function writeReference(): string {
  const contents = SECTIONS.map(({ title }) => `- [${title}](#${title.toLowerCase().replaceAll(' ', '-')})`);
  const parts = SECTIONS.map(({ title, leadIn, body }) => `## ${title}\n\n${leadIn}\n\n${body()}\n`);
  return [HEAD, `${contents.join('\n')}\n`, ...parts].join('\n');
}

/** The parts of the operator's reference, each made of what the program itself goes by. */
import { join } from 'node:path';
import { z } from 'zod';
import type { CallMeta } from '../../src-main/contract/access.ts';
import { consoleContract } from '../../src-main/contract/contract.ts';
import { overview } from '../../src-main/contract/overview.ts';
import { NEEDS, ROLES } from '../../src-main/contract/roles.ts';
import { metricsOf } from '../../src-main/host/api/metrics.ts';
import { defaultDataFolder } from '../../src-main/host/data-folder.ts';
import { DATA_LAYOUT } from '../../src-main/host/data-layout.ts';
import { defaultSettings } from '../../src-main/host/default-settings.ts';
import { LISTENER_PLANS, WEB_LISTENER_PLANS } from '../../src-main/host/ports.ts';
import { provision } from '../../src-main/host/provision/schema.ts';
import { describeUsage } from '../../src-main/service/command-line.ts';
import { EXIT_MEANINGS } from '../../src-main/service/exit-codes.ts';
import { readDocComments, type CommentedKeys } from './doc-comments.ts';
import { ENVIRONMENT } from './environment.ts';
import { code, table } from './markdown.ts';
import { outline, type JSONSchema, type OutlineRow } from './outline.ts';
import { sampleOf } from './sample.ts';

const SOURCES = join(import.meta.dirname, '../../src-main');

export function commandSection(): string {
  const usage = describeUsage().replaceAll(defaultDataFolder(), 'see Data folder');
  return `\`\`\`text\n${usage}\n\`\`\``;
}

export function exitSection(): string {
  return table(
    ['exit code', 'meaning'],
    EXIT_MEANINGS.map(([exit, meaning]) => [String(exit), meaning]),
  );
}

export function environmentSection(): string {
  return table(
    ['variable', 'what it does'],
    ENVIRONMENT.map(({ name, does }) => [code(name), does]),
  );
}

export function provisionSection(): string {
  const comments = readDocComments(join(SOURCES, 'host/provision/schema.ts'), 'provision');
  return tableOfKeys(outline(toSchema(provision), comments));
}

function toSchema(schema: z.ZodType): JSONSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JSONSchema;
}

function tableOfKeys(rows: readonly OutlineRow[]): string {
  return table(
    ['key', 'type', 'default', 'note'],
    rows.map(({ path, type, isRequired, byDefault, comment }) => {
      const usual =
        byDefault === undefined ? (isRequired ? 'required' : '') : code(JSON.stringify(byDefault));
      return [code(path), type, usual, comment];
    }),
  );
}

interface Call {
  readonly path: string;
  readonly meta: CallMeta;
  readonly input: z.ZodType | null;
}

function calls(): readonly Call[] {
  return Object.entries(consoleContract).flatMap(([area, router]) =>
    Object.entries(router).map(([name, { '~orpc': definition }]) => ({
      path: `${area}/${name}`,
      meta: definition.meta,
      input: (definition.inputSchema ?? null) as z.ZodType | null,
    })),
  );
}

/** Inputs of the calls that change settings; in the console each is a form. */
export function settingsSection(): string {
  const changing = calls().filter(({ meta, input }) => meta.needs === 'settings.change' && input !== null);
  const parts = changing.flatMap(({ path, input }) => {
    const rows = input === null ? [] : outline(toSchema(input), {});
    return rows.length === 0
      ? []
      : [`### ${code(path)}\n\n${tableOfKeys(rows.map(withDefaultSetting(path)))}`];
  });
  return parts.join('\n\n');
}

/** The general settings are stored by the names that the call has. */
function withDefaultSetting(path: string): (row: OutlineRow) => OutlineRow {
  const settings: Readonly<Record<string, unknown>> = { ...defaultSettings('the computer’s name') };
  const comments: CommentedKeys =
    path === 'settings/change'
      ? readDocComments(join(SOURCES, 'contract/settings.ts'), 'serverSettings')
      : {};
  return (row) =>
    path === 'settings/change'
      ? { ...row, byDefault: settings[row.path], comment: comments[row.path]?.comment ?? '' }
      : row;
}

export function portSection(): string {
  const rows = [...LISTENER_PLANS, ...WEB_LISTENER_PLANS].map(({ name, standardPort, highPort, tls }) => [
    ...[code(name), String(standardPort), String(highPort)],
    TLS_WORDS[tls],
  ]);
  return table(['listener', 'port', 'tried instead, from', 'TLS'], rows);
}

const TLS_WORDS = { implicit: 'from the first octet', starttls: 'after STARTTLS', none: 'none' };

export function dataSection(): string {
  return table(
    ['name', 'what it holds'],
    DATA_LAYOUT.map(({ name, holds }) => [code(name), holds]),
  );
}

export function metricsSection(): string {
  const metrics = metricsOf(sampleOf(overview), 'version');
  return table(
    ['metric', 'type', 'labels', 'what it counts'],
    metrics.map(({ name, type, samples, help }) => {
      const values = new Map<string, string[]>();
      for (const { labels = {} } of samples)
        for (const [label, value] of Object.entries(labels))
          values.set(label, [...(values.get(label) ?? []), value]);
      const labels = [...values].map(([label, all]) => `${code(label)}: ${all.join(', ')}`).join('; ');
      return [code(name), type, labels, help];
    }),
  );
}

export function roleSection(): string {
  const rows = Object.entries(NEEDS).map(([need, { roles, scopes }]) => [
    code(need),
    ...ROLES.map((role) => (roles.some((each) => each === role) ? 'yes' : '')),
    scopes === null ? 'never' : scopes.length === 0 ? '`all`' : scopes.map(code).join(' '),
  ]);
  return table(['need', ...ROLES.map(code), 'by a token with scope'], rows);
}

export function callSection(): string {
  return table(
    ['call', 'need'],
    calls().map(({ path, meta }) => [code(path), code(meta.needs)]),
  );
}

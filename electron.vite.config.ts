/**
 * What is built: the two shells and the storage worker for Node and Electron's main process, the preload script, the page.
 * Nothing here needs the Electron binary.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';
import { makeHelp } from './scripts/guide/help-pages.ts';

const root = import.meta.dirname;

const mainEntries = {
  index: 'src-main/electron/main.ts',
  service: 'src-main/service/main.ts',
  'storage-worker': 'src-main/storage/storage-worker.ts',
  'backup-thread': 'src-main/host/backups/backup-thread.ts',
};

function existing(entries: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries)
      .map(([name, path]) => [name, join(root, path)])
      .filter(([, path]) => path !== undefined && existsSync(path)) as [string, string][],
  );
}

/** The page has routes, so what it loads is named from the root of its origin; electron-vite insists on './'. */
const pathsFromRoot = {
  name: 'paths-from-root',
  transformIndexHtml: {
    order: 'post' as const,
    handler: (html: string) => html.replaceAll('="./', '="/'),
  },
};

/** The engine keeps the text of what it runs in memory, and Node hands it over with two octets a character where one is not ASCII. */
const asciiOnly: Plugin = {
  name: 'ascii-only',
  generateBundle: (_, bundle) => {
    for (const chunk of Object.values(bundle))
      if (chunk.type === 'chunk') chunk.code = chunk.code.replaceAll(/[^\u0000-\u007f]/g, toEscape);
  },
};

/** The guide, which the console's help links lead to. */
const help: Plugin = {
  name: 'help',
  generateBundle() {
    const styles = readFileSync(join(root, 'src-renderer/ui/tokens.css'), 'utf8');
    for (const { path, content } of makeHelp(root, styles))
      this.emitFile({ type: 'asset', fileName: `help/${path}`, source: content });
  },
};

function toEscape(codeUnit: string): string {
  return `\\u${codeUnit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

export default defineConfig({
  main: {
    plugins: [asciiOnly],
    build: {
      target: 'node24',
      outDir: 'out/main',
      // These bring much that nobody asks for (zod: its words in fifty languages); built in, only what is used remains.
      externalizeDeps: { exclude: ['zod', '@orpc/client', '@orpc/contract', '@orpc/server'] },
      rolldownOptions: {
        input: existing(mainEntries),
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: '[name]-[hash].js',
          comments: { legal: false, annotation: false, jsdoc: false },
        },
      },
    },
  },
  preload: {
    build: {
      target: 'node24',
      outDir: 'out/preload',
      rolldownOptions: {
        input: { index: join(root, 'src-main/electron/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: join(root, 'src-renderer'),
    plugins: [vue(), pathsFromRoot, help],
    build: {
      target: 'es2023',
      minify: true,
      outDir: join(root, 'out/renderer'),
      chunkSizeWarningLimit: 700,
      rolldownOptions: { input: join(root, 'src-renderer/index.html') },
    },
  },
});

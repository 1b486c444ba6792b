/** What this program knows of its own package: its version, and where its parts lie. */
import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import packageFile from '../../package.json' with { type: 'json' };

export const VERSION: string = packageFile.version;

/** From source the page lies in `out` beside `src-main`; bundled, beside this file's folder. */
export function pageFolder(): string {
  const isSource = import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(isSource ? '../../out/renderer' : '../renderer', import.meta.url));
}

/** Node and our entry, as a service manager starts them. */
export function thisProgram(): readonly [string, string] {
  return [process.execPath, realpathSync(process.argv[1] ?? fileURLToPath(import.meta.url))];
}

/** The source of the Windows service's wrapper. */
export function readWrapperSource(): string {
  return readFileSync(new URL('../../resources/windows/postroom-service.cs', import.meta.url), 'utf8');
}

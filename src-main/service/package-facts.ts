/** What this program knows of its own package: its version, and where the built page lies. */
import { fileURLToPath } from 'node:url';
import packageFile from '../../package.json' with { type: 'json' };

export const VERSION: string = packageFile.version;

/** From source the page lies in `out` beside `src-main`; bundled, beside this file's folder. */
export function pageFolder(): string {
  const isSource = import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(isSource ? '../../out/renderer' : '../renderer', import.meta.url));
}

/** `npm run reference`: writes docs/reference.md from the program's own schemas and tables. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeReference } from './reference/write-reference.ts';

writeFileSync(join(import.meta.dirname, '../docs/reference.md'), writeReference());

/**
 * ApiTokens: what lets scripts call the console in an administrator's name (RFC 6750), within scopes.
 *
 * Invariants: a token leaves here once; only its hash is kept; it is worth nothing once its administrator is gone.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import type { RandomBytes } from '../../base/ids.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { MOST_TOKENS, NOTE_TOKEN_USE_MS, TOKEN_OCTETS } from './limits.ts';
import type { ApiToken, ApiTokenError, ApiTokenRow, ApiTokenRows } from './port.ts';

/** So that secret scanners and people know one when they see it. */
const PREFIX = 'postroom_';

export interface ApiTokensOptions {
  readonly rows: ApiTokenRows;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly onError: (error: unknown) => void;
}

export class ApiTokens {
  readonly #options: ApiTokensOptions;
  readonly #byHash = new Map<string, ApiTokenRow>();
  readonly #changed: Emitter<void>;

  static async open(options: ApiTokensOptions): Promise<ApiTokens> {
    const tokens = new ApiTokens(options);
    for (const row of await options.rows.listAll()) tokens.#byHash.set(row.hash, row);
    return tokens;
  }

  constructor(options: ApiTokensOptions) {
    this.#options = options;
    this.#changed = new Emitter(options.onError);
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  /** Of one administrator, or of all. */
  list(administrator?: string): readonly ApiToken[] {
    return [...this.#byHash.values()]
      .filter((row) => administrator === undefined || row.administrator === administrator)
      .map(({ hash: _hash, ...token }) => token);
  }

  async add(
    wanted: Pick<ApiToken, 'administrator' | 'name' | 'scopes' | 'expiresAt'>,
  ): Promise<Result<{ token: ApiToken; secret: string }, ApiTokenError>> {
    if (this.list(wanted.administrator).length >= MOST_TOKENS) return err('tooManyTokens');
    const { randomBytes, clock, rows } = this.#options;
    const secret = PREFIX + Buffer.from(randomBytes(TOKEN_OCTETS)).toString('base64url');
    const { administrator, name, scopes, expiresAt } = wanted;
    const fresh = { administrator, name, scopes, expiresAt, createdAt: clock.now(), hash: hashOf(secret) };
    const row: ApiTokenRow = { ...fresh, id: await rows.add(fresh), lastUse: null };
    this.#byHash.set(row.hash, row);
    this.#changed.emit();
    const { hash: _hash, ...token } = row;
    return ok({ token, secret });
  }

  async remove(id: number, administrator?: string): Promise<Result<void, ApiTokenError>> {
    const row = [...this.#byHash.values()].find((each) => each.id === id);
    if (row === undefined || (administrator !== undefined && row.administrator !== administrator))
      return err('noSuchToken');
    await this.#options.rows.remove(id);
    this.#byHash.delete(row.hash);
    this.#changed.emit();
    return ok(undefined);
  }

  /** What an administrator who is gone had; the rows went with theirs. */
  forget(administrator: string): void {
    for (const row of [...this.#byHash.values()])
      if (row.administrator === administrator) this.#byHash.delete(row.hash);
    this.#changed.emit();
  }

  /** null: nobody's, or not any more. Finding it counts as use. */
  use(secret: string, address: string): ApiToken | null {
    const row = this.#byHash.get(hashOf(secret));
    if (row === undefined || !this.isAlive(row.id)) return null;
    this.#noteUse(row, address);
    return row;
  }

  isAlive(id: number): boolean {
    const row = [...this.#byHash.values()].find((each) => each.id === id);
    return row !== undefined && (row.expiresAt === null || row.expiresAt > this.#options.clock.now());
  }

  #noteUse(row: ApiTokenRow, address: string): void {
    const at = this.#options.clock.now();
    const { lastUse } = row;
    if (lastUse !== null && lastUse.address === address && at - lastUse.at < NOTE_TOKEN_USE_MS) return;
    this.#byHash.set(row.hash, { ...row, lastUse: { at, address } });
    this.#options.rows.noteUse(row.id, { at, address }).catch(this.#options.onError);
    this.#changed.emit();
  }
}

/** The map is asked by the hash: how long that takes tells nothing of the token. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

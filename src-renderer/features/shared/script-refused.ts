/** A script that the host found wrong, in the host's own words. */
export class ScriptRefusedError extends Error {
  override readonly name = 'ScriptRefusedError';
}

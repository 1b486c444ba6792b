/** Where the console answers, besides its page. */
export const RPC_PREFIX = '/rpc';
export const LIVE_PATH = '/live';
export const API_PREFIX = '/api';
export const METRICS_PATH = '/metrics';

/** Whether the path is the script door's, whoever comes. */
export function isScriptPath(path: string): boolean {
  return path === METRICS_PATH || path === API_PREFIX || path.startsWith(`${API_PREFIX}/`);
}

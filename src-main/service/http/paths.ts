/** Where the console answers, besides its page. */
export const RPC_PREFIX = '/rpc';
export const LIVE_PATH = '/live';
export const API_PREFIX = '/api';
export const METRICS_PATH = '/metrics';

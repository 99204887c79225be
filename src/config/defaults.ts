/** Half of the published 220/s: the console and other tools share it. */
export const DEFAULT_STATUS_CALLS_PER_SECOND = 100;
/**
 * Half of the 20/s that are published for each action on user syncs. They share one rate, so that none of them comes
 * near its own limit, whatever the mix.
 */
export const DEFAULT_USER_SYNC_CALLS_PER_SECOND = 10;
/** How long the first connection to the Temporal server is tried. */
export const DEFAULT_CONNECT_SECONDS = 60;
/** Where the worker's HTTP server listens. */
export const DEFAULT_HTTP_ADDRESS = '127.0.0.1:9464';
/** Where the codec server listens. */
export const DEFAULT_CODEC_ADDRESS = '127.0.0.1:8888';
export const DEFAULT_LOG_LEVEL = 'INFO' as const;

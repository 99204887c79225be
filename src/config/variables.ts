/** Environment variables of the worker; those of Temporal and of the cloud's credentials keep their own names. */
export const VARIABLES = {
  configFile: 'PROVISIONING_CONFIG_FILE',
  endpoint: 'PROVISIONING_ENDPOINT',
  allowHttp: 'PROVISIONING_ALLOW_HTTP',
  region: 'PROVISIONING_REGION',
  stsEndpoint: 'PROVISIONING_STS_ENDPOINT',
  metadataEndpoint: 'PROVISIONING_METADATA_ENDPOINT',
  credentialSource: 'PROVISIONING_CREDENTIAL_SOURCE',
  statusCallsPerSecond: 'PROVISIONING_STATUS_CALLS_PER_SECOND',
  userSyncCallsPerSecond: 'PROVISIONING_USER_SYNC_CALLS_PER_SECOND',
  workers: 'PROVISIONING_WORKERS',
  itemsFolder: 'PROVISIONING_ITEMS_FOLDER',
  runWorkflows: 'PROVISIONING_RUN_WORKFLOWS',
  runCalls: 'PROVISIONING_RUN_CALLS',
  connectSeconds: 'PROVISIONING_CONNECT_SECONDS',
  httpAddress: 'PROVISIONING_HTTP_ADDRESS',
  logLevel: 'PROVISIONING_LOG_LEVEL',
  logFormat: 'PROVISIONING_LOG_FORMAT',
  encryptionKeys: 'PROVISIONING_ENCRYPTION_KEYS',
  codecAddress: 'PROVISIONING_CODEC_ADDRESS',
  codecToken: 'PROVISIONING_CODEC_TOKEN',
  codecCorsOrigins: 'PROVISIONING_CODEC_CORS_ORIGINS',
} as const;

/** Reads a variable; an empty one counts as not set, since a compose file cannot leave one out. */
export function valueOf(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

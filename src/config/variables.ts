/** Environment variables of the worker; those of Temporal and of the cloud's credentials keep their own names. */
export const VARIABLES = {
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
  metricsAddress: 'PROVISIONING_METRICS_ADDRESS',
} as const;

/** Reads a variable; an empty one counts as not set, since a compose file cannot leave one out. */
export function valueOf(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

/** Written by a worker once it polls; who started the process waits for it. */
export const WORKER_IS_POLLING = 'Worker is polling';

/** Says what to do when no Temporal server answers. */
export function noServerAnswers(address: string): string {
  return `No Temporal server answers at ${address}. Start one with "npm run up", or set TEMPORAL_ADDRESS to the server's host:port`;
}

/** Says what to do when a namespace is missing. */
export function namespaceIsMissing(namespace: string): string {
  return `Namespace "${namespace}" does not exist. Create it with: temporal operator namespace create --namespace ${namespace}`;
}

/** Words whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

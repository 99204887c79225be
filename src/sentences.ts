import { SEARCH_ATTRIBUTE_TYPES, type SearchAttributeName } from './contract';

/** Written by a worker once it polls; who started the process waits for it. */
export const WORKER_IS_POLLING = 'Worker is polling';

/** What to do when no Temporal server answers. */
export const GIVE_A_SERVER = 'Start one with "npm run up", or set TEMPORAL_ADDRESS to the server\'s host:port';

/** Says what to do when no Temporal server answers. */
export function noServerAnswers(address: string): string {
  return `No Temporal server answers at ${address}. ${GIVE_A_SERVER}`;
}

/** Words the command that creates a namespace. */
export function createNamespace(namespace: string): string {
  return `Create it with: temporal operator namespace create --namespace ${namespace}`;
}

/** Says what to do when a namespace is missing. */
export function namespaceIsMissing(namespace: string): string {
  return `Namespace "${namespace}" does not exist. ${createNamespace(namespace)}`;
}

/** Words the command that creates search attributes. */
export function createSearchAttributes(namespace: string, names: readonly SearchAttributeName[]): string {
  return `Create them with: temporal operator search-attribute create --namespace ${namespace} ${names.map((name) => `--name ${name} --type ${SEARCH_ATTRIBUTE_TYPES[name]}`).join(' ')}`;
}

/** Says which search attributes have a wrong type, and which type each must have. */
export function searchAttributesAreWrong(names: readonly SearchAttributeName[]): string {
  return `Search attributes of the wrong type: ${names.map((name) => `${name} must be ${SEARCH_ATTRIBUTE_TYPES[name]}`).join(', ')}`;
}

/** Words what mends search attributes of a wrong type. */
export function removeSearchAttributes(namespace: string, names: readonly SearchAttributeName[]): string {
  return `Use another namespace, or remove them with: temporal operator search-attribute remove --namespace ${namespace} ${names.map((name) => `--name ${name}`).join(' ')}`;
}

/** Words whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Words an error of the operating system by its code, such as `ENOENT`; any other by its name. */
export function codeOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name;
}

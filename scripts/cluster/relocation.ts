/** Everything listens here instead of in a network of containers. */
export const LOOPBACK = '127.0.0.1';

const EVERY_INTERFACE = '0.0.0.0';

/** Variables that hold a host or a port alone: a user may have the name of a host. */
const HOLDS_HOST = /(HOST|_IP|SEEDS)$/;
const HOLDS_PORT = /PORT$/;

/** Where that is on this machine which the services of a Compose file know by other names. */
export interface Places {
  /** Ports here by `host:port` in the network of the services. */
  ports: Readonly<Record<string, number>>;
  /** Paths here by paths in the images; what lies below moves along. */
  paths: Readonly<Record<string, string>>;
}

/** What may be added to the environment of a server, since its four parts share one host here. */
export const SERVER_PORTS = [
  'FRONTEND_GRPC_PORT',
  'FRONTEND_HTTP_PORT',
  'FRONTEND_MEMBERSHIP_PORT',
  'HISTORY_GRPC_PORT',
  'HISTORY_MEMBERSHIP_PORT',
  'MATCHING_GRPC_PORT',
  'MATCHING_MEMBERSHIP_PORT',
  'WORKER_GRPC_PORT',
  'WORKER_MEMBERSHIP_PORT',
] as const;

/** A variable that differs from the Compose file. */
export interface Difference {
  name: string;
  /** Absent when the file does not set it. */
  before?: string;
  after: string;
  kind: 'host' | 'port' | 'address' | 'path';
}

/** Returns the environment with hosts, ports and paths of this machine, and everything else as it was. */
export function relocate(
  environment: Readonly<Record<string, string>>,
  { ports, paths }: Places,
): Record<string, string> {
  const hosts = hostsOf(ports);
  const move = (name: string, value: string): string => {
    if (HOLDS_HOST.test(name) && hosts.has(value)) return LOOPBACK;
    const port = ports[value] ?? (HOLDS_PORT.test(name) ? portOf(value, ports) : undefined);
    if (port !== undefined) return value.includes(':') ? `${LOOPBACK}:${port}` : String(port);
    return value.startsWith('/') ? movePaths(value, paths) : value;
  };
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, move(name, value)]));
}

/** Returns a script with the paths of this machine, and everything else as it was. */
export function movePaths(text: string, paths: Places['paths']): string {
  return Object.entries(paths).reduce((moved, [from, to]) => moved.replaceAll(from, to), text);
}

/**
 * Tells what differs between the environment of a Compose file and the one that a process is given. It judges by the
 * values alone and knows nothing of how they came about.
 *
 * @throws Error naming every variable that differs in more than its host, port or path
 */
export function explainDifferences(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
  { ports }: Places,
): Difference[] {
  const faults: string[] = [];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const differences = names.flatMap((name): Difference[] => {
    const [old, now] = [before[name], after[name]];
    if (old === now) return [];
    if (now === undefined) {
      faults.push(`${name} is left out`);
      return [];
    }
    const kind = kindOf(name, old, now, hostsOf(ports));
    if (kind) return [{ name, ...(old !== undefined && { before: old }), after: now, kind }];
    faults.push(old === undefined ? `${name} is added` : `${name} has another value`);
    return [];
  });
  if (faults.length > 0) {
    throw new Error(`More than hosts, ports and paths would differ from docker-compose.yml: ${faults.join('; ')}`);
  }
  return differences;
}

function kindOf(
  name: string,
  before: string | undefined,
  after: string,
  hosts: ReadonlySet<string>,
): Difference['kind'] | undefined {
  if (before === undefined) {
    return isPort(after) && SERVER_PORTS.some((port) => port === name) ? 'port' : undefined;
  }
  if (HOLDS_HOST.test(name) && hosts.has(before) && after === LOOPBACK) return 'host';
  if (HOLDS_PORT.test(name) && isPort(before) && isPort(after)) return 'port';
  const [host = '', port = ''] = before.split(':');
  if (hosts.has(host) && isPort(port) && new RegExp(`^${LOOPBACK}:\\d+$`).test(after)) return 'address';
  return [before, after].every((value) => value.startsWith('/')) && lastPart(before) === lastPart(after)
    ? 'path'
    : undefined;
}

function hostsOf(ports: Places['ports']): ReadonlySet<string> {
  return new Set([EVERY_INTERFACE, ...Object.keys(ports).map((address) => address.split(':', 1)[0] ?? '')]);
}

function portOf(value: string, ports: Places['ports']): number | undefined {
  return Object.entries(ports).find(([address]) => address.endsWith(`:${value}`))?.[1];
}

function isPort(value: string): boolean {
  return /^[1-9]\d{0,4}$/.test(value);
}

function lastPart(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

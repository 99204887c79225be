/** Names a running Temporal server, `host:port`, that the end-to-end tests use instead of dev servers of their own. */
export const SHARED_SERVER_VARIABLE = 'PROVISIONING_TEST_TEMPORAL';

/** Dynamic configuration of a server, each value as JSON. */
export type Settings = Readonly<Record<string, string>>;

/**
 * What test files ask for, each for its own namespaces. A server reads its dynamic configuration once a minute, so that
 * these must stand there before the tests begin. Only settings that the server takes by namespace can be here.
 */
const PREPARED: readonly Settings[] = [
  { 'limit.historyCount.suggestContinueAsNew': '20' },
  { 'limit.historyCount.suggestContinueAsNew': '60' },
  {
    'limit.historyCount.suggestContinueAsNew': '200',
    'frontend.WorkflowTimeSkippingEnabled': 'true',
    'matching.wv.VersionDrainageStatusRefreshInterval': '"1s"',
    'matching.wv.VersionDrainageStatusVisibilityGracePeriod': '"1s"',
  },
];

/** So many test files may ask for the same. */
const NAMESPACES_EACH = 3;

/** A value of a server's dynamic configuration that holds for one namespace alone. */
export interface NamespaceSetting {
  value: unknown;
  constraints: { namespace: string };
}

/**
 * Returns the namespaces for which the shared server has such settings; a test takes one that nobody has created.
 *
 * @throws Error when it has none
 */
export function namespacesWith(settings: Settings): string[] {
  const index = PREPARED.findIndex((prepared) => written(prepared) === written(settings));
  if (index === -1) {
    throw new Error(`No namespace of the shared server has ${written(settings)}: add that to ${__filename}`);
  }
  return namesOf(index);
}

/** Dynamic configuration of all these namespaces, which changes nothing for any other. */
export function preparedSettings(): Record<string, NamespaceSetting[]> {
  const all: Record<string, NamespaceSetting[]> = {};
  PREPARED.forEach((settings, index) => {
    for (const [name, value] of Object.entries(settings)) {
      const values = namesOf(index).map((namespace) => ({
        value: JSON.parse(value) as unknown,
        constraints: { namespace },
      }));
      all[name] = [...(all[name] ?? []), ...values];
    }
  });
  return all;
}

function namesOf(index: number): string[] {
  return Array.from({ length: NAMESPACES_EACH }, (_, i) => `prepared-${index + 1}-${i + 1}`);
}

function written(settings: Settings): string {
  return JSON.stringify(Object.entries(settings).sort());
}

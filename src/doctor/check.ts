/** Names of the checks of the Temporal server, in their order; scripts rely on them. */
export const TEMPORAL_CHECKS = [
  'temporal-dns',
  'temporal-tcp',
  'temporal-tls',
  'temporal-authentication',
  'temporal-namespace',
  'temporal-search-attributes',
  'temporal-pollers',
] as const;

/** Names of the checks of the cloud, in their order; scripts rely on them. */
export const CLOUD_CHECKS = ['cloud-dns', 'cloud-tcp', 'cloud-tls', 'credentials', 'permission', 'clock'] as const;

/** Name of a check. */
export type CheckName = 'configuration' | (typeof TEMPORAL_CHECKS)[number] | (typeof CLOUD_CHECKS)[number];

/** What a check says; `skipped` where it could tell nothing, mostly because an earlier one failed. */
export type Verdict = 'ok' | 'warning' | 'failed' | 'skipped';

/** What a check found, without any secret. */
export interface Finding {
  verdict: Verdict;
  /** One sentence. */
  detail: string;
  /** What a person should do. */
  next?: string;
}

/** A check that was done. */
export interface Check extends Finding {
  name: CheckName;
}

/** A check that can be done. */
export interface Step {
  name: CheckName;
  /** Checks of which none may have failed. */
  needs?: readonly CheckName[];
  /** What a person should do when the step throws. */
  next: string;
  /** Bound in ms. Default: that of the examination. */
  limitMs?: number;
  /**
   * Looks; whatever it throws is a failed check.
   *
   * @param signal - aborts at the bound
   */
  run(signal: AbortSignal): Promise<Finding>;
}

/** Finds nothing to mend. */
export function ok(detail: string): Finding {
  return { verdict: 'ok', detail };
}

/** Finds something that works but should be mended. */
export function warning(detail: string, next: string): Finding {
  return { verdict: 'warning', detail, next };
}

/** Finds something that must be mended. */
export function failed(detail: string, next: string): Finding {
  return { verdict: 'failed', detail, next };
}

/** Tells why nothing can be found. */
export function skipped(detail: string, next?: string): Finding {
  return { verdict: 'skipped', detail, ...(next !== undefined && { next }) };
}

/** Tells the verdict of all checks together: the worst; one that was skipped says nothing. */
export function verdictOf(checks: readonly Finding[]): Exclude<Verdict, 'skipped'> {
  const verdicts = new Set(checks.map(({ verdict }) => verdict));
  if (verdicts.has('failed')) return 'failed';
  return verdicts.has('warning') ? 'warning' : 'ok';
}

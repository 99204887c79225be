/** What an expression asks for. */
export interface UsedMetrics {
  /** Names of samples, as they stand in a scrape. */
  names: string[];
  /** Regular expressions of names. */
  patterns: string[];
}

/** Finds the metrics of a PromQL expression: ours, the SDK's, those of the process, and `up`. */
export function metricsIn(expression: string): UsedMetrics {
  const patterns = [...expression.matchAll(/__name__=~"([^"]*)"/g)].map(([, pattern = '']) => pattern);
  // What stands in quotes or names labels is no metric.
  const bare = expression.replaceAll(/"[^"]*"/g, '""').replaceAll(/\b(by|on|ignoring) \([^)]*\)/g, '');
  const names = bare.match(/\b(?:provisioning|temporal|process|nodejs)_\w+|\bup\b/g) ?? [];
  return { names: [...new Set(names)], patterns };
}

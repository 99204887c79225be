/** Names every fault of the configuration at once. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly faults: readonly string[]) {
    super(`The configuration cannot be used: ${faults.join('; ')}`);
  }
}

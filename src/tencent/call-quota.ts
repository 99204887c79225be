/** A quota of calls: of one action of the API, or of several that share it. */
export interface CallQuota {
  /**
   * Resolves when a request may be sent; rejects with the signal's reason.
   *
   * @returns what to call once it was answered, or has failed
   */
  turn(signal: AbortSignal): Promise<() => void>;
  /** Tells that the cloud throttled a request, with its code. */
  throttled(code: string): void;
}

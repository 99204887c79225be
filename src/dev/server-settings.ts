/** Dynamic configuration of Temporal's server that the worker counts on, as JSON; docs/performance.md tells why. */
export const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  // Without it a start right after registering a search attribute fails with "no mapping defined".
  'system.forceSearchAttributesCacheRefreshOnRead': 'true',
  // Off by default: without it the zone with most follows gets most calls.
  'matching.enableFairness': 'true',
  // The four parts of a queue would each have their own order, and follows wait in some of them far longer than in others.
  'matching.numTaskqueueReadPartitions': '1',
  'matching.numTaskqueueWritePartitions': '1',
  // A shard looks for due timers and tasks 20 times a second by default: where there are few, every poll would wait for that.
  'history.timerProcessorMaxPollRPS': '100',
  'history.transferProcessorMaxPollRPS': '100',
};

/** What fires timers of less than a second to the millisecond besides; for benchmarks and tests. */
export const FAST_TIMER_SETTINGS: Readonly<Record<string, string>> = {
  'history.timerProcessorMaxTimeShift': '"1ms"',
  // By default a queue looked at four times within a second then counts as stuck, and some timers are put off for seconds.
  'history.queueReaderStuckCriticalAttempts': '1000000',
};

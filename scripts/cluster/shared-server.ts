/** Names a running Temporal server, `host:port`, that the end-to-end tests use instead of dev servers of their own. */
export const SHARED_SERVER_VARIABLE = 'PROVISIONING_TEST_TEMPORAL';

/** Setting of the server: after so many events a run is to continue as new. */
const EVENTS_OF_A_RUN = 'limit.historyCount.suggestContinueAsNew';

/**
 * Values that tests ask for, each for a file of its own. A server reads its dynamic configuration once a minute, so that
 * these must stand there before the tests begin.
 */
const VALUES = [20, 60];

/**
 * Returns the namespace whose runs continue as new after so many events.
 *
 * @throws Error when the shared server has none
 */
export function namespaceOfShortRuns(eventsOfARun: number): string {
  if (!VALUES.includes(eventsOfARun)) {
    throw new Error(
      `No namespace of the shared server has runs of ${eventsOfARun} events: add the value to ${__filename}`,
    );
  }
  return `runs-of-${eventsOfARun}-events`;
}

/** Dynamic configuration of these namespaces, which changes nothing for any other. */
export const SHORT_RUNS = {
  [EVENTS_OF_A_RUN]: VALUES.map((value) => ({ value, constraints: { namespace: namespaceOfShortRuns(value) } })),
} as const;

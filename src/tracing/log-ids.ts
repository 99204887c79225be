import type { ActivityInterceptorsFactory } from '@temporalio/worker';

import { activeTraceIds } from '../trace-ids';

/**
 * Puts the ids of an activity's span into every line about it: the SDK tells of a failure when the span has ended. Stands
 * behind the interceptor that begins the span.
 */
export const addTraceIds: ActivityInterceptorsFactory = () => {
  let ids = {};
  return {
    inbound: {
      execute(input, next) {
        ids = activeTraceIds();
        return next(input);
      },
    },
    outbound: { getLogAttributes: (input, next) => next({ ...ids, ...input }) },
  };
};

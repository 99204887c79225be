import type { Suite } from '../suite';

import { checkAcceptance } from './acceptance';
import { measure, measureQuickly } from './measure';
import { planSuite, type SuitePlan } from './plans';
import { acceptanceTable, costTable, delayTable, killTable } from './tables';

/** Compares this project with other ways to wait for a task: delay and cost when the quota binds, and after a crash. */
export const peersSuite: Suite = {
  name: 'peers',
  async run(context) {
    const plan = planSuite(context.isQuick);
    const measurements = await (context.isQuick ? measureQuickly : measure)(plan, (text) => context.progress(text));
    const { quota, kills } = measurements;
    const checks = checkAcceptance(measurements);
    return {
      tables: [delayTable(quota, plan), costTable(quota), killTable(kills, plan), acceptanceTable(checks)],
      data: { plan: timesOf(plan), quota, kills, checks },
    };
  },
};

function timesOf({ alone, together, kill }: SuitePlan): object {
  const { fromMs, toMs, callsPerSecond } = alone;
  return { callsPerSecond, fromMs, toMs, aloneEndMs: alone.endMs, togetherEndMs: together.endMs, kill };
}

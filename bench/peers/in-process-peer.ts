import { waitInBareLoop } from './bare-loop';
import { waitWithCoreLro, waitWithNewPollers } from './core-lro';
import { READY, type FollowOrder, type FollowReport } from './peer-protocol';
import { openStatusCall } from './status-call';
import { waitAsTerraform } from './terraform-schedule';
import { waitWithUtilWaiter } from './util-waiter';
import type { WaitForSuccess } from './waiting';

const WAITS = {
  'util-waiter': waitWithUtilWaiter,
  'core-lro': waitWithCoreLro,
  'core-lro-anew': waitWithNewPollers,
  terraform: waitAsTerraform,
  'bare-loop': waitInBareLoop,
} as const satisfies Record<string, WaitForSuccess>;

/** Names a wait that lives in the memory of one process: the argument of this script. */
export type WaitName = keyof typeof WAITS;

function run(waitForSuccess: WaitForSuccess): void {
  const call = openStatusCall(process.env);
  const report = (taskId: string, isSuccess: boolean): void => {
    process.send?.({ taskId, atMs: Date.now(), isSuccess } satisfies FollowReport);
  };
  process.on('message', ({ taskId }: FollowOrder) => {
    waitForSuccess(call, taskId).then(
      () => report(taskId, true),
      () => report(taskId, false),
    );
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(READY);
}

if (require.main === module) run(WAITS[process.argv[2] as WaitName]);

import { setTimeout as sleep } from 'node:timers/promises';

import type { UserSyncItem } from '../../src/contract';
import { createBenchWorld, type BenchWorld } from '../world';

import type { Compared } from './checks';
import { EmulatorControl } from './emulator-control';
import { countEnds } from './figures';
import { runWorker } from './run-worker';
import { TASK_TIMEOUT, type Scenario } from './scenarios';
import type { SideRun } from './side';
import type { SideResult } from './tables';
import { runTerraform } from './terraform/run-terraform';

/** Both sides of a scenario, measured. */
export interface ComparedSides extends Compared {
  terraform: SideResult;
  ours: SideResult;
}

const LOOK_MS = 20;

/** Has both sides create the same items, one after the other, each in a zone of its own. */
export async function compareIn(
  scenario: Scenario,
  items: UserSyncItem[],
  progress: (text: string) => void,
): Promise<ComparedSides> {
  // The quota that is published, and the part of it that workers take by default.
  const world = await createBenchWorld({ statusCallsPerSecond: 100, requestsPerSecond: 220, workers: 0 });
  const measure = async (side: string, zoneId: string, runSide: SideRun): Promise<SideResult> => {
    const result = await measureSide(runSide, world, zoneId, scenario, items);
    progress(`${scenario.name}: ${side} ${result.seconds.toFixed(1)} s`);
    return { scenario: scenario.name, side, ...result };
  };
  try {
    const terraform = await measure('Terraform’s logic', 'z-terraform', runTerraform);
    const ours = await measure('provisioning-worker', 'z-ours', runWorker);
    return { scenario, terraform, ours };
  } finally {
    await world.close();
  }
}

async function measureSide(
  runSide: SideRun,
  world: BenchWorld,
  zoneId: string,
  { directory, lostAnswers, failing, isKilled }: Scenario,
  items: UserSyncItem[],
): Promise<Omit<SideResult, 'scenario' | 'side'>> {
  const control = new EmulatorControl(world.emulator.url);
  await control.setZone(zoneId, directory);
  await control.setLostAnswers(lostAnswers);
  const untilKill = async (): Promise<void> => {
    while ((await control.userSyncs(zoneId)).length < items.length / 2) await sleep(LOOK_MS);
  };
  const { ends, seconds } = await runSide({
    world,
    zoneId,
    items,
    taskTimeout: TASK_TIMEOUT,
    ...(isKilled && { untilKill }),
  });
  const [syncs, tasks] = await Promise.all([control.userSyncs(zoneId), control.userSyncTasks(zoneId)]);
  return { ...countEnds(ends, { syncs, tasks }, failing), seconds };
}

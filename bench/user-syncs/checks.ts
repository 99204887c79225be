import type { Check } from '../peers/acceptance';

import type { SideFigures } from './figures';
import type { Scenario } from './scenarios';

/** Both sides of a scenario. */
export interface Compared {
  scenario: Pick<Scenario, 'name' | 'directory'>;
  terraform: SideFigures;
  ours: SideFigures;
}

/** Holds this project against what it claims, and the other side against what is said of it. */
export function checkUserSyncs(compared: readonly Compared[]): Check[] {
  return compared.flatMap((each) => [checkOurs(each), checkTerraform(each)]);
}

function checkOurs({ scenario: { name, directory }, ours }: Compared): Check {
  const { items, endedRight, failed, reasonsKnown, orphans, neverFollowed, blindCreates, falseErrors } = ours;
  const isLossless = orphans + blindCreates + falseErrors === 0;
  const isWhole = endedRight === items && reasonsKnown === failed && neverFollowed === 0;
  // A task whose id stood only in the answer that was lost cannot be followed.
  const canBeWhole = directory.listsTasks !== false;
  const claim = canBeWhole ? 'every item right, each reason known, no task lost' : 'nothing lost but tasks';
  return {
    claim: `${name}: ${claim}, no orphan, no blind Create, no false error`,
    measured: `${endedRight} of ${items} right, ${reasonsKnown} of ${failed} reasons, ${neverFollowed} tasks lost, ${orphans} orphans, ${blindCreates} blind, ${falseErrors} false`,
    isMet: isLossless && (isWhole || !canBeWhole),
  };
}

function checkTerraform({ scenario: { name }, terraform: { orphans } }: Compared): Check {
  return {
    claim: `${name}: Terraform’s logic leaves orphans, also after a second apply`,
    measured: `${orphans} orphans`,
    isMet: orphans > 0,
  };
}

import type { ProvisioningSnapshot } from '../client';

import { onEachFollow, type EachFollow } from './each-follow';
import { refuseFaults } from './errors';
import { snapshotLine, type CommonOptions } from './output';
import { printable } from './printable';
import { selectionOf, type SelectionOptions } from './selection';

/** Runs a command that asks follows how they stand, on those that were typed or that a list filter selects. */
export type ViewingCommand = (
  zone: string | undefined,
  tasks: readonly string[],
  options: CommonOptions & SelectionOptions,
) => Promise<number>;

/** Makes a command that shows follows by their snapshots. */
export function viewing(shown: Pick<EachFollow<ProvisioningSnapshot>, 'toJson' | 'toLines'>): ViewingCommand {
  return async (zone, tasks, options) => {
    const faults: string[] = [];
    const selection = selectionOf(zone, tasks, options, faults);
    refuseFaults(faults);
    return onEachFollow(selection, {
      running: false,
      json: options.json,
      act: (client, { zoneId, taskId }) => client.status(zoneId, taskId),
      ...shown,
    });
  };
}

/** Shows follows as they stand. */
export const status = viewing({
  toJson: (_task, snapshot) => snapshot,
  toLines: ({ zoneId }, snapshot, isOneOfMany) => {
    const line = snapshotLine(snapshot, Date.now());
    return [isOneOfMany ? `${printable(zoneId)}/${line}` : line];
  },
});

import { onEachFollow } from './each-follow';
import { refuseFaults } from './errors';
import { snapshotLine, type CommonOptions } from './output';
import { printable } from './printable';
import { selectionOf, type SelectionOptions } from './selection';

/** Shows follows as they stand. */
export async function status(
  zone: string | undefined,
  tasks: readonly string[],
  options: CommonOptions & SelectionOptions,
): Promise<number> {
  const faults: string[] = [];
  const selection = selectionOf(zone, tasks, options, faults);
  refuseFaults(faults);
  return onEachFollow(selection, {
    running: false,
    json: options.json,
    act: (client, { zoneId, taskId }) => client.status(zoneId, taskId),
    toJson: (_task, snapshot) => snapshot,
    toLines: ({ zoneId }, snapshot, isOneOfMany) => {
      const line = snapshotLine(snapshot, Date.now());
      return [isOneOfMany ? `${printable(zoneId)}/${line}` : line];
    },
  });
}

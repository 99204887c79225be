import { createHash } from 'node:crypto';

import { idFaults, MAX_IN_FLIGHT, type BatchOptions } from '../client';
import { textFaults } from '../contract/checks';

import { countOf, defined, secondsOf } from './numbers';
import type { CommonOptions } from './output';

/** Options that `provision` and `deprovision` have in common, as typed. */
export interface BatchCommandOptions extends CommonOptions {
  zone: string;
  file: string;
  plan?: boolean;
  yes?: boolean;
  detach?: boolean;
  timeout?: string;
  maxInFlight?: string;
  deadline?: string;
  cancelFollows?: boolean;
  requestedBy?: string;
  note?: string;
  id?: string;
  report?: string;
}

/** Options of `provision` as typed. */
export interface ProvisionCommandOptions extends BatchCommandOptions {
  update?: boolean;
  allowTakeOver?: boolean;
  chunkSize?: string;
}

/** Options of `deprovision` as typed. */
export interface DeprovisionCommandOptions extends BatchCommandOptions {
  dryRun?: boolean;
}

/** Reads what is wanted of a batch besides its items; adds a fault for whatever is wrong. */
export function toBatchOptions(options: BatchCommandOptions, faults: string[]): BatchOptions & { zoneId: string } {
  const { zone: zoneId, requestedBy, note, cancelFollows, id, detach, plan, timeout } = options;
  faults.push(
    ...idFaults('--zone', zoneId),
    ...(id === undefined ? [] : idFaults('--id', id)),
    ...textFaults('--requested-by', requestedBy),
    ...textFaults('--note', note),
  );
  if (timeout !== undefined && (detach || plan)) faults.push('--timeout needs a wait: take --detach or --plan away');
  const deadlineSeconds = secondsOf('deadline', options.deadline, 'positive', faults);
  return {
    zoneId,
    ...defined({
      maxInFlight: countOf('max-in-flight', options.maxInFlight, MAX_IN_FLIGHT, faults),
      cancelFollows,
      requestedBy,
      note,
    }),
    ...(deadlineSeconds !== undefined && { follow: { deadlineSeconds } }),
  };
}

/** Names a batch by its items, so that the same file attaches to the batch that runs with it. */
export function batchIdOf(items: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(items)).digest('hex').slice(0, 12);
}

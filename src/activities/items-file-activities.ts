import { ApplicationFailure } from '@temporalio/common';

import {
  DEPROVISION_ITEMS,
  INVALID_INPUT_TYPE,
  InvalidInputError,
  itemFaults,
  PROVISION_ITEMS,
  takeOverFaults,
  type ItemKind,
  type ItemsFile,
  type UserSyncItem,
  type UserSyncRef,
} from '../contract';
import { ItemsFileMissingError, readItemLines } from '../items-file';

export type ItemsFileActivities = ReturnType<typeof createItemsFileActivities>;

/** What an item is, for each kind of batch. */
export interface ItemOf {
  provision: UserSyncItem;
  deprovision: UserSyncRef;
}

/** Argument of the activity `checkItemsFile`. */
export interface ItemsFileCheck {
  file: ItemsFile;
  kind: keyof ItemOf;
  /** For `provision`: whether an item may say `TakeOver`. Default false. */
  allowTakeOver?: boolean;
}

/** Argument of the activity `readItems`. */
export interface ItemsSlice<Kind extends keyof ItemOf> {
  /** Checked before. */
  file: ItemsFile;
  kind: Kind;
  /** Place of the first item in the file, from 0. */
  from: number;
  /** How many at most. */
  count: number;
}

/** More would help nobody, and all of them must fit into a failure. */
const MAX_FAULTS = 100;
const KINDS: { readonly [Kind in keyof ItemOf]: ItemKind<ItemOf[Kind]> } = {
  provision: PROVISION_ITEMS,
  deprovision: DEPROVISION_ITEMS,
};

/**
 * Builds the activities that read files of items; they do not call the cloud. Each fails with an ApplicationFailure of
 * type `INVALID_INPUT_TYPE` with the faults as its details, at most 100 and how many more there are. It is not to be
 * retried, but for a file that is not there: a shared folder can come late.
 *
 * @param folder - the folder of item files, the same for all workers
 */
export function createItemsFileActivities({ folder }: { folder: string }) {
  return {
    /** Checks that a file is the one that was meant, and every item in it. */
    checkItemsFile: ({ file, kind, allowTakeOver }: ItemsFileCheck): Promise<void> =>
      refusing(file, async () => {
        const items = (await readItemLines(folder, file)).map(parseLine);
        const takeOvers = kind === 'provision' ? takeOverFaults(items, allowTakeOver) : [];
        refuse([...faultsOf(items, kind), ...takeOvers]);
      }),
    /** Reads some of the items, in their one form. */
    readItems: <Kind extends keyof ItemOf>({ file, kind, ...range }: ItemsSlice<Kind>): Promise<ItemOf[Kind][]> =>
      refusing(file, async () => {
        const items = (await readItemLines(folder, file, range)).map(parseLine);
        refuse(items.flatMap((item, index) => KINDS[kind].faultsOf(item, `items[${range.from + index}].`)));
        return items.map((item) => KINDS[kind].resolve(item as ItemOf[Kind]));
      }),
  };
}

function faultsOf<Kind extends keyof ItemOf>(items: unknown[], kind: Kind): string[] {
  return itemFaults(items, KINDS[kind]);
}

/** A line that is no JSON is no item either. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function refuse(faults: string[]): void {
  if (faults.length > 0) throw new InvalidInputError(faults);
}

async function refusing<Result>(file: ItemsFile, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ItemsFileMissingError) {
      throw ApplicationFailure.retryable(error.message, INVALID_INPUT_TYPE, error.message);
    }
    if (!(error instanceof InvalidInputError)) throw error;
    const more = error.faults.length - MAX_FAULTS;
    const told = more > 0 ? [...error.faults.slice(0, MAX_FAULTS), `and ${more} more`] : error.faults;
    throw ApplicationFailure.nonRetryable(`${file.name}: ${told.join('; ')}`, INVALID_INPUT_TYPE, ...told);
  }
}

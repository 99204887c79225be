import type { UserSyncItem } from '../../../src/contract';

import { createResource, TaskFailedError } from './create-resource';
import type { OrganizationCall } from './organization-call';
import type { RetryTimeout } from './retry';
import { StateFile } from './state-file';

/** What `terraform apply` is told. */
export interface ApplyOrder {
  zoneId: string;
  items: UserSyncItem[];
  stateFile: string;
  /** Of the wait for each task. */
  taskTimeout: RetryTimeout;
}

/** A resource that could not be created, as far as the provider tells. */
export interface ApplyError {
  principalId: string;
  message: string;
  /** Its task is said to have failed. */
  isTaskFailed: boolean;
}

/** Terraform's default. */
const PARALLELISM = 10;

/** Creates every resource that is not in the state, ten at a time, and lists the errors at the end. */
export async function apply(call: OrganizationCall, order: ApplyOrder): Promise<ApplyError[]> {
  const { zoneId, items, taskTimeout } = order;
  const state = new StateFile(order.stateFile);
  const errors: ApplyError[] = [];
  const waiting = items.filter(({ principalId }) => !state.has(principalId)).values();
  const createInTurn = async (): Promise<void> => {
    for (const item of waiting) {
      const { principalId } = item;
      try {
        state.add(principalId, await createResource(call, zoneId, item, taskTimeout));
      } catch (error) {
        errors.push({ principalId, message: String(error), isTaskFailed: error instanceof TaskFailedError });
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLELISM }, createInTurn));
  return errors;
}

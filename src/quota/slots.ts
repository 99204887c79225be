import type { CustomSlotSupplier, SlotInfo } from '@temporalio/worker';

import type { Pacer } from './pacer';

/**
 * Makes slots for activities that make one call each: one is free when a call taken on now has its turn soon. So what waits for the quota
 * waits in the server's queue, in its order and for any worker, and never within the time limit of an attempt.
 */
export function createPacedSlots<S extends SlotInfo>(pacer: Pacer): CustomSlotSupplier<S> {
  return {
    type: 'custom',
    async reserveSlot(_context, signal) {
      await pacer.room(signal);
      return {};
    },
    // Eager tasks would pass the queue and its limit.
    tryReserveSlot: () => null,
    markSlotUsed: () => pacer.arrived(),
    releaseSlot({ slotInfo }) {
      // A poll that brought no task.
      if (!slotInfo) pacer.arrived();
    },
  };
}

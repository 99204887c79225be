import type { TaskScript } from '../../emulator';
import { idFaults } from '../client';

/** A task that the emulator plays. */
export interface ScriptedTask {
  zoneId: string;
  taskId: string;
  script: TaskScript;
}

/**
 * Reads `zone/task=seconds[:reason]`: a task that is in progress for so long, then succeeds, or fails with the reason.
 *
 * @returns undefined when a fault was added
 */
export function parseTaskOption(text: string, faults: string[]): ScriptedTask | undefined {
  const [, zoneId, taskId, seconds, reason] = /^([^/]+)\/([^=]+)=(\d+(?:\.\d+)?)(?::(.*))?$/s.exec(text) ?? [];
  if (zoneId === undefined || taskId === undefined || seconds === undefined) {
    faults.push(`--task must look like zone/task=seconds or zone/task=seconds:reason, got "${text}"`);
    return undefined;
  }
  const wrongIds = [...idFaults('--task zone', zoneId), ...idFaults('--task task', taskId)];
  faults.push(...wrongIds);
  if (wrongIds.length > 0) return undefined;
  const then = reason === undefined ? {} : { then: { status: 'Failed', failureReason: reason } };
  return { zoneId, taskId, script: { durationMs: Number(seconds) * 1000, ...then } };
}

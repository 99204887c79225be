import path from 'node:path';

import { ConfigurationError } from './configuration-error';
import { valueOf, VARIABLES } from './variables';

/**
 * Finds the folder with the item files of large batches, for who writes them: it needs no other configuration.
 *
 * @returns an absolute path; nothing needs to be there
 * @throws ConfigurationError when the variable gives no absolute path
 */
export function itemsFolderOf(env: NodeJS.ProcessEnv, homeDir: string): string {
  const faults: string[] = [];
  const folder = readItemsFolder(env, homeDir, faults);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return folder;
}

/**
 * Reads that folder as a part of the configuration.
 *
 * @param faults - gets one when the variable gives no absolute path
 */
export function readItemsFolder(env: NodeJS.ProcessEnv, homeDir: string, faults: string[]): string {
  const folder = valueOf(env, VARIABLES.itemsFolder) ?? path.join(homeDir, '.provisioning', 'items');
  if (!path.isAbsolute(folder)) faults.push(`${VARIABLES.itemsFolder} must be an absolute path, got "${folder}"`);
  return folder;
}

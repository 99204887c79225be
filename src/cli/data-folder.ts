import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { messageOf } from '../sentences';

import { CommandError } from './errors';
import { EXIT_CODES } from './exit-codes';

/**
 * Creates a data folder and claims it for this process: two servers must not write to one database.
 *
 * @returns a function that gives it free
 * @throws CommandError when a living process has it
 */
export function claimFolder(folder: string): () => void {
  const claim = path.join(folder, 'up.pid');
  mkdirSync(folder, { recursive: true });
  const owner = ownerOf(claim);
  if (owner !== undefined && owner !== process.pid && isAlive(owner)) {
    const message = `Process ${owner} uses ${folder} already. Stop it, or choose another folder with --data`;
    throw new CommandError(message, EXIT_CODES.badInput, 'DataFolderInUse');
  }
  rmSync(claim, { force: true });
  try {
    // Exclusive: of two that start at once, one fails here.
    writeFileSync(claim, String(process.pid), { flag: 'wx' });
  } catch (error) {
    const message = `The data folder ${folder} cannot be claimed: ${messageOf(error)}. Choose another with --data`;
    throw new CommandError(message, EXIT_CODES.badInput, 'DataFolderInUse', { cause: error });
  }
  return () => rmSync(claim, { force: true });
}

function ownerOf(claim: string): number | undefined {
  try {
    return Number(readFileSync(claim, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';

import { valueOf } from '../config/variables';

/**
 * Reads a secret from its variable, or from the file that `<name>_FILE` names.
 *
 * @param faults - gets one when both are set, or the file cannot be used; none tells the secret
 * @returns undefined when there is none, or a fault
 */
export function readSecretSetting(env: NodeJS.ProcessEnv, name: string, faults: string[]): string | undefined {
  const value = valueOf(env, name);
  const fileVariable = `${name}_FILE`;
  const file = valueOf(env, fileVariable);
  if (file === undefined) return value;
  if (value !== undefined) {
    faults.push(`set only one of ${name} and ${fileVariable}`);
    return undefined;
  }
  // The secret itself in place of a path must not be told.
  if (!isAbsolute(file)) {
    faults.push(`${fileVariable} must be the absolute path of a file`);
    return undefined;
  }
  return readSecretFile(file, fileVariable, faults);
}

function readSecretFile(file: string, variable: string, faults: string[]): string | undefined {
  try {
    const content = readFileSync(file, 'utf8').trim();
    if (content !== '') return content;
    faults.push(`${file}, the file of ${variable}, is empty`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    faults.push(`${file}, the file of ${variable}, cannot be read${code ? ` (${code})` : ''}`);
  }
  return undefined;
}

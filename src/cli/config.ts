import { adoptConfigFile, checkConfig } from '../config';
import { effectiveConfig, type EffectiveValue } from '../config/effective';

import { EXIT_CODES } from './exit-codes';
import { printJson, printLine, printNote, type CommonOptions } from './output';

/** Options of `config` as typed. */
export interface ConfigCommandOptions extends CommonOptions {
  check?: boolean;
  print?: boolean;
}

/** Shows the configuration of a worker, without secrets, and what is wrong with it; asks nobody for anything. */
export async function config({ check = false, print = false, json }: ConfigCommandOptions): Promise<number> {
  const isPrinted = print || !check;
  const values = isPrinted ? effectiveConfig(process.env) : undefined;
  const { faults, warnings } = await checkConfig(process.env, adoptConfigFile(process.env));
  if (json) {
    printJson({ ...(values && { variables: values }), faults, warnings });
  } else {
    for (const value of values ?? []) printLine(lineOf(value));
    for (const warning of warnings) printNote(`warning: ${warning}`);
    for (const fault of faults) printNote(`fault: ${fault}`);
    if (faults.length > 0)
      printNote(`${faults.length === 1 ? 'One fault' : `${faults.length} faults`}: a worker cannot start so`);
    else if (!isPrinted || check) printLine('The configuration can be used');
  }
  return faults.length > 0 ? EXIT_CODES.badInput : EXIT_CODES.success;
}

function lineOf({ name, value, origin, isHidden }: EffectiveValue): string {
  if (origin === undefined) return `# ${name} is not set`;
  return `${name}=${isHidden ? '(hidden)' : value}${origin === 'default' ? '  # default' : `  # from ${ORIGINS[origin]}`}`;
}

const ORIGINS = {
  environment: 'the environment',
  file: 'the configuration file',
  'temporal-file': 'the Temporal CLI’s configuration file',
} as const;

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';

import { closest, distance } from 'fastest-levenshtein';

import { codeOf } from '../sentences';

import { VARIABLE_ENTRIES } from './schema';
import { valueOf, VARIABLES } from './variables';

/** Where the value of a variable comes from. `temporal-file` is the configuration file of the Temporal CLI. */
export type Origin = 'environment' | 'file' | 'temporal-file' | 'default';

/** What the configuration file adds to an environment. */
export interface FileSettings {
  /** Values of the file for what the environment does not set. */
  added: Readonly<Record<string, string>>;
  /** One sentence each, without a value of the file. */
  faults: readonly string[];
}

/** Names that begin so belong to others, who know more of them than this project. */
const FOREIGN = /^(TEMPORAL|OTEL|NODE)_/;
const MAX_TYPOS = 4;
const PROXIES = /^(https?|no)_proxy$/i;

/**
 * Reads the file that PROVISIONING_CONFIG_FILE names: lines of `NAME=value`, as of an env file. What the environment
 * sets wins; a variable that nobody reads is a fault, as it is a slip of the pen.
 */
export function readConfigFile(env: NodeJS.ProcessEnv): FileSettings {
  const file = valueOf(env, VARIABLES.configFile);
  if (file === undefined) return { added: {}, faults: [] };
  if (!path.isAbsolute(file))
    return { added: {}, faults: [`${VARIABLES.configFile} must be an absolute path, got "${file}"`] };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { added: {}, faults: [`${VARIABLES.configFile} cannot be read (${codeOf(error)})`] };
  }
  const values = Object.entries(parseEnv(text)).flatMap(([key, value]) =>
    // A line that is at fault comes as the beginning of the next name.
    value === undefined ? [] : [[key.split('\n').at(-1) ?? key, value] as const],
  );
  return {
    added: Object.fromEntries(values.filter(([name]) => valueOf(env, name) === undefined)),
    faults: [...lineFaults(text, file), ...values.flatMap(([name]) => nameFaults(name, file))],
  };
}

/**
 * Adds what the configuration file says to an environment, so that all who read it see one configuration. Can be done
 * again.
 *
 * @returns the faults of the file
 */
export function adoptConfigFile(env: NodeJS.ProcessEnv): readonly string[] {
  const { added, faults } = readConfigFile(env);
  Object.assign(env, added);
  return faults;
}

/** Lists the variables of an environment that look like ours and are read by nobody. */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  // A Kubernetes service whose name begins so leaves variables in every pod of its namespace.
  const isOfService = /_(SERVICE_(HOST|PORT\w*)|PORT(_\d+_(TCP|UDP)\w*)?)$/;
  return Object.keys(env)
    .filter((name) => name.startsWith('PROVISIONING_') && !isKnown(name) && !isOfService.test(name))
    .sort()
    .map((name) => `${name} is a variable that nobody reads${hint(name)}`);
}

function lineFaults(text: string, file: string): string[] {
  // A quoted value may have several lines.
  const unquoted = text.replaceAll(/=\s*(["'`])[^]*?\1/g, (value) => `=${value.replaceAll(/[^\n]/g, '')}`);
  return unquoted.split('\n').flatMap((line, i) => {
    const isEmptyOrSet = /^\s*(#.*)?$/.test(line) || /^\s*(export\s+)?[\w.-]+\s*=/.test(line);
    return isEmptyOrSet ? [] : [`${file} line ${i + 1} is not of the form NAME=value`];
  });
}

function nameFaults(name: string, file: string): string[] {
  if (name === VARIABLES.configFile) return [`${file} sets ${name}, which only the environment may`];
  return isKnown(name) || FOREIGN.test(name) || PROXIES.test(name)
    ? []
    : [`${file} sets ${name}, which nobody reads${hint(name)}`];
}

function isKnown(name: string): boolean {
  return VARIABLE_ENTRIES.some((entry) => entry.name === name);
}

/** What became of variables that are no more. */
const GONE: Readonly<Record<string, string>> = {
  PROVISIONING_METRICS_ADDRESS: `since 0.2.0 ${VARIABLES.httpAddress} serves /metrics`,
};

function hint(name: string): string {
  const gone = GONE[name];
  if (gone !== undefined) return `: ${gone}`;
  const meant = closest(
    name,
    VARIABLE_ENTRIES.map((entry) => entry.name),
  );
  return distance(name, meant) <= MAX_TYPOS ? `: is ${meant} meant?` : '';
}

import { homedir } from 'node:os';

import { idFaults } from '../client';
import { runDoctor, verdictOf, type Check, type Verdict } from '../doctor';

import { refuseFaults } from './errors';
import { EXIT_CODES } from './exit-codes';
import { printJson, printLine, type CommonOptions } from './output';

/** Options of `doctor` as typed. */
export interface DoctorCommandOptions extends CommonOptions {
  zone?: string;
}

const MARKS: Record<Verdict, string> = { ok: 'ok', warning: 'warn', failed: 'FAIL', skipped: 'skip' };

/** Shows what keeps a worker from its work, check by check as they are done. */
export async function doctor({ zone, json }: DoctorCommandOptions): Promise<number> {
  const faults = zone === undefined ? [] : idFaults('--zone', zone);
  refuseFaults(faults);
  const checks: Check[] = [];
  for await (const check of runDoctor({ env: process.env, homeDir: homedir(), zoneId: zone })) {
    checks.push(check);
    if (!json) for (const line of linesOf(check)) printLine(line);
  }
  const verdict = verdictOf(checks);
  if (json) printJson({ verdict, checks });
  else printLine(`\n${summaryOf(checks)}`);
  return verdict === 'failed' ? EXIT_CODES.unhealthy : EXIT_CODES.success;
}

function linesOf({ name, verdict, detail, next }: Check): string[] {
  const line = `${MARKS[verdict].padEnd(4)}  ${name}: ${detail}`;
  return next === undefined ? [line] : [line, `      ${next}`];
}

function summaryOf(checks: readonly Check[]): string {
  const namesOf = (wanted: Verdict): string[] =>
    checks.filter(({ verdict }) => verdict === wanted).map(({ name }) => name);
  const failures = namesOf('failed');
  const warnings = namesOf('warning');
  const counted = `${namesOf('ok').length} of ${checks.length} checks are ok`;
  const parts = [
    failures.length > 0 && `${failures.length} failed (${failures.join(', ')})`,
    warnings.length > 0 && `${warnings.length} warned (${warnings.join(', ')})`,
    namesOf('skipped').length > 0 && `${namesOf('skipped').length} could not be done`,
  ];
  return [counted, ...parts.filter((part) => part !== false)].join(', ');
}

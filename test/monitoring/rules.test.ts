import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { parse } from 'yaml';

import { readAlerts, RULE_TESTS, RULES_FILE } from '../support/monitoring-files';
import { root } from '../support/project';
import { findPrometheusTools } from '../support/prometheus-tools';

const tools = findPrometheusTools();
if ('missing' in tools) process.stderr.write(`Skipping promtool: ${tools.missing}\n`);
const testWithTools = 'missing' in tools ? test.skip : test;

const ALERTS = readAlerts();
const NAMES = ALERTS.map(({ alert }) => alert);
const TEST_FILES = readdirSync(RULE_TESTS);
const RUNBOOKS = readFileSync(path.join(root, 'docs', 'runbooks.md'), 'utf8');

function promtool(...args: string[]): { status: number | null; output: string } {
  if ('missing' in tools) throw new Error(tools.missing);
  const { status, stdout, stderr } = spawnSync(tools.promtool, args, { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

testWithTools('promtool accepts the rules', () => {
  const { status, output } = promtool('check', 'rules', RULES_FILE);
  expect({ status, output }).toEqual({
    status: 0,
    output: expect.stringContaining(`SUCCESS: ${NAMES.length} rules found`) as string,
  });
});

testWithTools.each(TEST_FILES)('the unit tests of %s pass', (file) => {
  const { status, output } = promtool('test', 'rules', path.join(RULE_TESTS, file));
  expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('SUCCESS') as string });
});

interface UnitTest {
  alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[];
}

describe.each(ALERTS)('$alert', ({ alert, labels, annotations }) => {
  test('is tested to fire, and not to fire', () => {
    const tests = TEST_FILES.flatMap(
      (file) => (parse(readFileSync(path.join(RULE_TESTS, file), 'utf8')) as { tests: UnitTest[] }).tests,
    );
    const ofThis = tests.flatMap((each) => each.alert_rule_test).filter(({ alertname }) => alertname === alert);
    const firing = ofThis.filter(({ exp_alerts: expected = [] }) => expected.length > 0);
    expect(firing.length).toBeGreaterThan(0);
    expect(ofThis.length - firing.length).toBeGreaterThan(0);
  });

  test('says how urgent it is, what happens, and where it is told what to do', () => {
    expect(['page', 'ticket']).toContain(labels.severity);
    expect(annotations).toEqual({
      summary: expect.stringMatching(/^\S.*[^.]$/) as string,
      description: expect.stringMatching(/\.$/) as string,
      runbook_url: `docs/runbooks.md#${alert.toLowerCase()}`,
    });
  });

  test('has a run book', () => {
    const [, section = ''] = RUNBOOKS.split(`\n## ${alert}\n`);
    const [text = ''] = section.split('\n## ');
    for (const part of ['It means', 'Who is hurt', 'Look first', 'Mend', 'It clears']) {
      expect(text).toContain(`**${part}**`);
    }
    expect(text).toContain(`Severity: ${labels.severity}`);
  });
});

test('there is a run book for each alert, and for nothing else', () => {
  expect(NAMES).toEqual([...new Set(NAMES)]);
  expect([...RUNBOOKS.matchAll(/^## (Provisioning\w+)$/gm)].map(([, name]) => name)).toEqual(NAMES);
});

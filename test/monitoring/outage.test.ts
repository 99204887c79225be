import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { stringify } from 'yaml';

import { readAlerts, RULES_FILE } from '../support/monitoring-files';
import { findPrometheusTools } from '../support/prometheus-tools';
import { metricsIn } from '../support/promql';
import { readOutageRecording } from '../support/recording';

/** Of the recording. */
const SCRAPE_SECONDS = 15;
const ALERT = 'ProvisioningTemporalUnreachable';
/** Of the Temporal server, in the recording. */
const OUTAGE_SECONDS = 75;

const tools = findPrometheusTools();
if ('missing' in tools) process.stderr.write(`Skipping promtool: ${tools.missing}\n`);
const testWithTools = 'missing' in tools ? test.skip : test;

const { rounds, series } = readOutageRecording();
const alert = readAlerts().find((each) => each.alert === ALERT);

/** The series that the alert looks at, as promtool's unit tests write them. */
const seen = [...series].filter(([name]) =>
  metricsIn(alert?.expr ?? '').names.some((each) => name.startsWith(`${each}{`)),
);
const isAway = rounds.map((_, round) => seen.length > 0 && seen.every(([, values]) => values[round] === '0'));

test('the recording is one of an outage of 75 s', () => {
  expect(seen.length).toBeGreaterThan(0);
  const away = isAway.filter(Boolean).length * SCRAPE_SECONDS;
  expect(Math.abs(away - OUTAGE_SECONDS)).toBeLessThanOrEqual(SCRAPE_SECONDS);
});

testWithTools(
  'by promtool and the recorded series, the alert fires during the outage, and not before or after it',
  () => {
    if ('missing' in tools || !alert) throw new Error('no promtool, or no alert');
    const first = isAway.indexOf(true);
    const last = isAway.lastIndexOf(true);
    const firing = {
      exp_labels: { severity: 'page', job: 'provisioning-worker' },
      exp_annotations: {
        ...alert.annotations,
        summary: 'No worker of provisioning-worker reaches the Temporal server',
      },
    };
    const checks = rounds.map((_, round) => ({
      eval_time: `${round * SCRAPE_SECONDS}s`,
      alertname: ALERT,
      // It has to have been true for 30 s.
      exp_alerts: round >= first + 2 && round <= last ? [firing] : [],
    }));
    expect(checks.filter(({ exp_alerts: expected }) => expected.length > 0).length).toBeGreaterThanOrEqual(2);
    const folder = mkdtempSync(path.join(tmpdir(), 'outage-'));
    try {
      const file = path.join(folder, 'test.yaml');
      const input = seen.map(([name, values]) => ({
        series: name,
        values: values.map((value) => value ?? '_').join(' '),
      }));
      const unitTest = { interval: `${SCRAPE_SECONDS}s`, input_series: input, alert_rule_test: checks };
      writeFileSync(file, stringify({ rule_files: [RULES_FILE], evaluation_interval: '5s', tests: [unitTest] }));
      const { status, stdout, stderr } = spawnSync(tools.promtool, ['test', 'rules', file], { encoding: 'utf8' });
      expect({ status, output: stdout + stderr }).toEqual({
        status: 0,
        output: expect.stringContaining('SUCCESS') as string,
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

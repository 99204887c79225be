import { readFileSync } from 'node:fs';
import path from 'node:path';

import { readAlerts, readDashboard, type Panel } from '../support/monitoring-files';
import { startPrometheus, type PrometheusServer, type Series } from '../support/prometheus-server';
import { root } from '../support/project';
import { findPrometheusTools } from '../support/prometheus-tools';
import { metricsIn } from '../support/promql';
import { readOutageRecording } from '../support/recording';

const DASHBOARD = readDashboard();
const PANELS = DASHBOARD.panels.filter(({ type }) => type !== 'row');
const QUERIES = PANELS.flatMap(({ title, targets = [] }) =>
  targets.map(({ refId, expr, instant }) => ({ title, refId, expr, instant })),
);
/** Nothing of the kind happens in the recording. */
const WITHOUT_AN_ANSWER = ['Failed workflow tasks A'];

const recording = readOutageRecording();
const [from = NaN] = recording.rounds;
const to = recording.rounds.at(-1) ?? NaN;

/** Puts values in the place of the dashboard's variables, as Grafana does for scrapes that are 15 s apart. */
function substituted(expression: string): string {
  return expression
    .replaceAll('$__rate_interval', '60s')
    .replaceAll('$job', 'provisioning-worker')
    .replaceAll('$instance', '.*');
}

describe('the dashboard', () => {
  test('asks the data source, the job and the workers of its variables, and no others', () => {
    expect(DASHBOARD.templating.list.map(({ name, type }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['job', 'query'],
      ['instance', 'query'],
    ]);
    for (const { datasource, targets = [] } of PANELS) {
      expect(datasource).toEqual({ type: 'prometheus', uid: '${datasource}' });
      for (const target of targets) {
        expect(target.datasource.uid).toBe('${datasource}');
        expect(target.expr).toContain('{job=~"$job", instance=~"$instance"');
        expect(substituted(target.expr)).not.toContain('$');
      }
    }
  });

  test.each(PANELS.map((panel) => [panel.title, panel] as const))('%s has a description and a unit', (_, panel) => {
    expect(panel.description).toMatch(/^\S.*\.$/);
    expect(panel.fieldConfig?.defaults.unit).toMatch(UNITS);
    expect(panel.targets?.length).toBeGreaterThan(0);
  });

  test('no two panels have the same id, title or place', () => {
    for (const names of [DASHBOARD.panels.map(({ id }) => id), DASHBOARD.panels.map(({ title }) => title)]) {
      expect(new Set<unknown>(names).size).toBe(names.length);
    }
    const overlapping = DASHBOARD.panels.flatMap((one, i) =>
      DASHBOARD.panels.slice(i + 1).flatMap((other) => (overlap(one, other) ? [[one.title, other.title]] : [])),
    );
    expect(overlapping).toEqual([]);
    for (const { gridPos } of DASHBOARD.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });
});

/** Units of Grafana that say what the numbers are. */
const UNITS = /^(short|s|reqps|cpm|percentunit|bytes)$/;

function overlap({ gridPos: one }: Panel, { gridPos: other }: Panel): boolean {
  const isBeside = one.x + one.w <= other.x || other.x + other.w <= one.x;
  const isBelow = one.y + one.h <= other.y || other.y + other.h <= one.y;
  return !isBeside && !isBelow;
}

const tools = findPrometheusTools();
if ('missing' in tools) process.stderr.write(`Skipping Prometheus: ${tools.missing}\n`);

('missing' in tools ? describe.skip : describe)('on the recorded series', () => {
  let prometheus: PrometheusServer;

  beforeAll(async () => {
    if ('missing' in tools) throw new Error(tools.missing);
    prometheus = await startPrometheus(tools, recording.text);
  });

  afterAll(() => prometheus.close());

  const overAll = (expression: string): Promise<Series[]> =>
    prometheus.queryRange(expression, { from, to, stepSeconds: 15 });

  test('each query of the dashboard has an answer', async () => {
    const empty: string[] = [];
    for (const { title, refId, expr, instant } of QUERIES) {
      const series = await (instant ? prometheus.query(substituted(expr), to) : overAll(substituted(expr)));
      if (series.every(({ points }) => points.every(([, value]) => value === 'NaN'))) empty.push(`${title} ${refId}`);
    }
    expect(empty).toEqual(WITHOUT_AN_ANSWER);
  });

  test('the answers are those of what was recorded', async () => {
    const valuesOf = async (title: string): Promise<string[]> => {
      const { targets: [target] = [] } = PANELS.find((panel) => panel.title === title) ?? {};
      const [series] = await overAll(substituted(target?.expr ?? ''));
      return series?.points.map(([, value]) => value) ?? [];
    };
    const ready = await valuesOf('Ready workers');
    // Two workers, then none while the server is away, then both again.
    expect(ready.join('').replaceAll(/(\d)\1*/g, '$1')).toBe('202');
    const follows = (await valuesOf('Follows that go on')).map(Number);
    expect(Math.max(...follows)).toBeGreaterThan(50);
    // The one that stays blocked.
    expect(follows.at(-1)).toBe(1);
  });

  test('every expression of the guide and of the run books can be evaluated', async () => {
    const guide = readFileSync(path.join(root, 'docs', 'monitoring.md'), 'utf8');
    const runbooks = readFileSync(path.join(root, 'docs', 'runbooks.md'), 'utf8');
    const expressions = [
      ...[...guide.matchAll(/`([^`]*provisioning_\w+\{?[^`]*\)[^`]*)`/g)].map(([, expression = '']) => expression),
      ...[...runbooks.matchAll(/```promql\n(.*?)\n```/gs)].flatMap(([, block = '']) => block.split('\n')),
    ];
    expect(expressions.length).toBeGreaterThan(25);
    for (const expression of expressions) {
      await expect(overAll(expression)).resolves.toBeDefined();
      expect(metricsIn(expression).names.length).toBeGreaterThan(0);
    }
  });

  // Most of them not for so long that they would fire.
  test('every expression of an alert can be evaluated, and those are true at some time that should be', async () => {
    const fulfilled: string[] = [];
    for (const { alert, expr } of readAlerts()) if ((await overAll(expr)).length > 0) fulfilled.push(alert);
    expect(fulfilled).toEqual([
      'ProvisioningTemporalUnreachable',
      'ProvisioningNoReadyWorker',
      'ProvisioningPollsFail',
      'ProvisioningWorkflowTasksWait',
      'ProvisioningThrottled',
    ]);
  });
});

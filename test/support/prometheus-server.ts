import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { killWithThisProcess } from '../../src/dev/watchdog';
import { freePort } from '../../src/free-port';

import { until } from './until';

/** One series of an answer: its labels, and how many points it has. */
export interface Series {
  metric: Record<string, string>;
  points: [time: number, value: string][];
}

/** A Prometheus that has a recording and scrapes nothing. */
export interface PrometheusServer {
  /** Evaluates an expression at one instant, epoch seconds. */
  query(expression: string, atSeconds: number): Promise<Series[]>;
  /** Evaluates it from one instant to another. */
  queryRange(expression: string, range: { from: number; to: number; stepSeconds: number }): Promise<Series[]>;
  close(): Promise<void>;
}

interface Answer {
  status: string;
  error?: string;
  data?: { result: { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }[] };
}

/** Starts it on a free port of the loopback interface. */
export async function startPrometheus(
  { promtool, prometheus }: { promtool: string; prometheus: string },
  openMetrics: string,
): Promise<PrometheusServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'prometheus-'));
  const inFolder = (name: string): string => path.join(folder, name);
  writeFileSync(inFolder('recording.txt'), openMetrics);
  writeFileSync(inFolder('prometheus.yaml'), '{}\n');
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', inFolder('recording.txt'), inFolder('data')];
  const imported = spawnSync(promtool, args, { encoding: 'utf8' });
  if (imported.status !== 0) throw new Error(`promtool did not take the recording: ${imported.stderr}`);
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    prometheus,
    [
      `--config.file=${inFolder('prometheus.yaml')}`,
      `--storage.tsdb.path=${inFolder('data')}`,
      // A recording is never too old.
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=${address}`,
      '--log.level=error',
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const release = child.pid === undefined ? () => undefined : killWithThisProcess(child.pid);
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += String(chunk)));
  const ended = once(child, 'close').finally(release);
  const ask = async (what: string, parameters: Record<string, string | number>): Promise<Series[]> => {
    const url = new URL(`http://${address}/api/v1/${what}`);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
    const { status, error, data } = (await (await fetch(url)).json()) as Answer;
    if (status !== 'success' || !data) throw new Error(`${parameters.query}: ${error}`);
    return data.result.map(({ metric, value, values = value ? [value] : [] }) => ({ metric, points: values }));
  };
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until('Prometheus is ready', async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus ended: ${log}`);
      return fetch(`http://${address}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    query: (query, time) => ask('query', { query, time }),
    queryRange: (query, { from, to, stepSeconds }) =>
      ask('query_range', { query, start: from, end: to, step: stepSeconds }),
    close,
  };
}

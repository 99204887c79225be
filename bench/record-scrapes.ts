import { pause } from '../src/abort-signals';

const JOB = 'provisioning-worker';
/** Prometheus's default is 10 s, and these are on this machine. */
const TIMEOUT_MS = 5_000;
/** A sample of Prometheus's text format without a time: name, labels, value. */
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;

/**
 * Scrapes workers as Prometheus would, until the signal aborts.
 *
 * @param urls - of their metrics, e.g. `http://127.0.0.1:9464/metrics`; their series get the labels `instance` `worker-1`,
 *   `worker-2` and so on, and `job`
 * @param intervalMs - from the begin of one round to the next
 * @returns every sample in OpenMetrics text, as `promtool tsdb create-blocks-from openmetrics` takes it, with `up` for
 *   each scrape: 1 when it was answered
 */
export async function recordScrapes(urls: readonly string[], intervalMs: number, signal: AbortSignal): Promise<string> {
  const rounds: string[] = [];
  while (!signal.aborted) {
    const atMs = Date.now();
    const scrapes = await Promise.all(urls.map(readMetrics));
    scrapes.forEach((text, i) => {
      const labels = `instance="worker-${i + 1}",job="${JOB}"`;
      rounds.push(toOpenMetrics(`${text ?? ''}\nup ${text === undefined ? 0 : 1}`, labels, atMs));
    });
    await pause(Math.max(0, atMs + intervalMs - Date.now()), signal);
  }
  return `${rounds.join('')}# EOF\n`;
}

/**
 * Gives every sample of a scrape a time and more labels. What is said of metrics is left out: nobody asks a recording.
 *
 * @param labels - as the format writes them, without braces
 */
export function toOpenMetrics(scrape: string, labels: string, atMs: number): string {
  return scrape
    .split('\n')
    .flatMap((line) => {
      const [, name, own, value] = SAMPLE.exec(line) ?? [];
      return name === undefined ? [] : `${name}{${own ? `${own},` : ''}${labels}} ${value} ${atMs / 1000}\n`;
    })
    .join('');
}

async function readMetrics(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}

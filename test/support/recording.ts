import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

import { root } from './project';

/** What workers told Prometheus, see `recordScrapes`. */
export interface Recording {
  /** In OpenMetrics text. */
  text: string;
  /** When each round of scrapes was made, epoch seconds, in order. */
  rounds: number[];
  /** Values of each series by its name and labels, one for each round; undefined where it was not there. */
  series: Map<string, (string | undefined)[]>;
}

const SAMPLE = /^(.+) (\S+) (\S+)$/;

/**
 * Reads the recording of two workers through an outage of the Temporal server; or the one that the variable RECORDING
 * names, as plain text.
 */
export function readOutageRecording(): Recording {
  const { RECORDING: other } = process.env;
  if (other !== undefined) return parseRecording(readFileSync(other, 'utf8'));
  const file = path.join(root, 'test', 'monitoring', 'recordings', 'outage.txt.gz');
  return parseRecording(gunzipSync(readFileSync(file)).toString());
}

export function parseRecording(text: string): Recording {
  const samples = text.split('\n').flatMap((line) => {
    const [, series = '', value = '', time = ''] = SAMPLE.exec(line) ?? [];
    return series === '' || series.startsWith('#') ? [] : [{ series, value, time: Number(time) }];
  });
  const rounds = [...new Set(samples.map(({ time }) => time))].sort((one, other) => one - other);
  const indexOf = new Map(rounds.map((time, index) => [time, index]));
  const series: Recording['series'] = new Map();
  for (const { series: name, value, time } of samples) {
    const values = series.get(name) ?? Array<string | undefined>(rounds.length).fill(undefined);
    values[indexOf.get(time) ?? 0] = value;
    series.set(name, values);
  }
  return { text, rounds, series };
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { recordScrapes, toOpenMetrics } from '../../bench/record-scrapes';

test('every sample gets labels and a time; what is said of metrics is left out', () => {
  const scrape = [
    '# HELP a_total Things',
    '# TYPE a_total counter',
    'a_total 3',
    'b{c="with } and \\" and , in it",le="+Inf"} 1e-7',
    'nodejs_lag_seconds Nan',
    '',
  ].join('\n');
  expect(toOpenMetrics(scrape, 'instance="worker-1",job="j"', 1_500)).toBe(
    [
      'a_total{instance="worker-1",job="j"} 3 1.5',
      'b{c="with } and \\" and , in it",le="+Inf",instance="worker-1",job="j"} 1e-7 1.5',
      'nodejs_lag_seconds{instance="worker-1",job="j"} Nan 1.5',
      '',
    ].join('\n'),
  );
});

test('a recording has a sample of `up` for each scrape, and ends as the format wants it', async () => {
  const stop = new AbortController();
  const server = createServer((_, response) => {
    response.end('a_total 1\n', () => stop.abort());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  try {
    const text = await recordScrapes([url, 'http://127.0.0.1:1/metrics'], 60_000, stop.signal);
    expect(text.replaceAll(/ \d+(\.\d+)?\n/g, ' <time>\n')).toBe(
      [
        'a_total{instance="worker-1",job="provisioning-worker"} 1 <time>',
        'up{instance="worker-1",job="provisioning-worker"} 1 <time>',
        'up{instance="worker-2",job="provisioning-worker"} 0 <time>',
        '# EOF',
        '',
      ].join('\n'),
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { MetricsExporterConfig } from '@temporalio/worker';

import { freePort } from '../../src/free-port';
import { installCoreMetrics, readCoreMetrics } from '../../src/metrics';

describe('reading the metrics of the SDK', () => {
  const servers: Server[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test('gives what is served at /metrics', async () => {
    const address = await serve((request, response) => response.end(`${request.url} 1\n`));
    await expect(readCoreMetrics(address)).resolves.toBe('/metrics 1\n');
  });

  test('gives nothing when the answer is no good, does not come, or nobody is there', async () => {
    const failing = await serve((_, response) => response.writeHead(500).end('temporal_request_total 1'));
    const silent = await serve(() => undefined);
    const nobody = `127.0.0.1:${await freePort()}`;
    await expect(Promise.all([failing, silent, nobody].map(readCoreMetrics))).resolves.toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('installing them', () => {
  const taken = new Error('Failed to start prometheus metrics exporter: Address already in use (os error 98)');

  /** Fails for so many times, and notes what it was given. */
  function installer(failures: number) {
    const given: MetricsExporterConfig[] = [];
    const install = (metrics: MetricsExporterConfig): void => {
      given.push(metrics);
      if (given.length <= failures) throw taken;
    };
    return { given, install };
  }

  test('binds the loopback interface, with the suffixes of Temporal’s pages', async () => {
    const { given, install } = installer(0);
    const bindAddress = await installCoreMetrics(install);
    expect(bindAddress).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(given).toEqual([
      {
        attachServiceName: false,
        prometheus: {
          bindAddress,
          countersTotalSuffix: true,
          unitSuffix: true,
          useSecondsForDurations: true,
          histogramBucketOverrides: {
            activity_schedule_to_start_latency: expect.arrayContaining([30, 60]) as number[],
          },
        },
      },
    ]);
  });

  test('tries three ports', async () => {
    const twice = installer(2);
    await installCoreMetrics(twice.install);
    expect(twice.given).toHaveLength(3);
    const always = installer(3);
    await expect(installCoreMetrics(always.install)).rejects.toBe(taken);
    expect(always.given).toHaveLength(3);
  });
});

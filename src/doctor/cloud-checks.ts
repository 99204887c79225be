import { randomBytes } from 'node:crypto';

import type { TaskStatusAnswer } from '../contract';
import { peerOfUrl, type Peer } from '../peer';
import { isLoopback, openCloud, TencentCloudError, type CloudSettings, type Environment } from '../tencent';

import type { Secrets } from '../secrets';
import { failed, ok, skipped, warning, type CheckName, type Finding } from './check';
import { judgeClock } from './clock';
import { judgeAnswer } from './permission';
import { proxyOf } from './proxy';
import { connectTcp, resolveName, shakeHands } from './reachability';
import type { Side } from './side';

/** Options of {@link createCloudSide}. */
export interface CloudSideOptions {
  settings: CloudSettings;
  env: Environment;
  homeDir: string;
  /** Zone that is asked for. Default: one that cannot exist. */
  zoneId: string | undefined;
  /** Gets the key as soon as it is known. */
  secrets: Secrets;
}

/** A source that does not answer is given up after 10 s, and then named. */
const KEY_LIMIT_MS = 12_000;

const TO_CALL: readonly CheckName[] = ['cloud-dns', 'cloud-tcp', 'cloud-tls', 'credentials'];

/** Makes the checks of the cloud, in the order of CLOUD_CHECKS; exactly one signed call is made. */
export function createCloudSide({ settings, env, homeDir, zoneId, secrets }: CloudSideOptions): Side {
  const cloud = openCloud(settings, { env, homeDir, notify: () => undefined });
  const url = new URL(settings.endpoint);
  const peer = peerOfUrl(url, url.protocol === 'https:' ? 443 : 80);
  const proxy = proxyOf(url, env);
  /** A direct connection says nothing about calls that take another way. */
  const unlessProxied = (look: (signal: AbortSignal) => Promise<Finding>): typeof look =>
    proxy === undefined
      ? look
      : () =>
          Promise.resolve(skipped(`calls go through the proxy ${proxy}`, 'See permission: its call takes that way'));
  let clock: Finding = skipped('the cloud told no time', 'See permission');
  return {
    steps: [
      {
        name: 'cloud-dns',
        next: 'Check PROVISIONING_ENDPOINT and the resolver of this machine; where only a proxy resolves, set HTTPS_PROXY',
        run: unlessProxied(async () => ok(await resolveName(peer))),
      },
      {
        name: 'cloud-tcp',
        needs: ['cloud-dns'],
        next: 'Check PROVISIONING_ENDPOINT, route and firewall; where only a proxy leads out, set HTTPS_PROXY',
        run: unlessProxied(async (signal) => ok(await connectTcp(peer, signal))),
      },
      {
        name: 'cloud-tls',
        needs: ['cloud-tcp'],
        next: 'Check PROVISIONING_ENDPOINT and the clock; NODE_EXTRA_CA_CERTS adds the certificate of a gateway that inspects TLS',
        run: unlessProxied(async (signal) =>
          url.protocol === 'https:' ? ok(await shakeHands(peer, {}, signal)) : judgePlainText(peer),
        ),
      },
      {
        name: 'credentials',
        next: 'Check the source of the key',
        limitMs: KEY_LIMIT_MS,
        async run(signal) {
          try {
            const { secretId, secretKey, token, expiresAtMs } = await cloud.credentials.get(signal);
            secrets.add(secretId, secretKey, token);
            const found = `a key from ${cloud.credentials.description}, ${endOf(expiresAtMs)}`;
            return expiresAtMs !== undefined && expiresAtMs <= Date.now()
              ? warning(found, 'Its source gave a key that is over already: look there')
              : ok(found);
          } catch (error) {
            if (error instanceof TencentCloudError) return failed(error.message, error.advice);
            throw error;
          }
        },
      },
      {
        name: 'permission',
        needs: TO_CALL,
        next: 'Check route, firewall and proxy; the status page of Tencent Cloud tells whether its API is down',
        async run(signal) {
          const taskId = `t-doctor-${randomBytes(8).toString('hex')}`;
          const request = { zoneId: zoneId ?? 'z-doctor', taskId };
          const answer = await cloud.organization
            .getProvisioningTaskStatus(request, signal)
            .catch((error: unknown): TencentCloudError | TaskStatusAnswer => {
              if (error instanceof TencentCloudError) return error;
              throw error;
            });
          // A gateway may leave the Date header out, and yet tell its time where it refuses a signature.
          const healedSeconds = cloud.clock.offsetSeconds() === 0 ? undefined : cloud.clock.nowSeconds();
          const { serverTimeSeconds = healedSeconds } = answer instanceof TencentCloudError ? answer : {};
          if (serverTimeSeconds !== undefined) clock = judgeClock(Date.now(), serverTimeSeconds);
          return judgeAnswer(answer, zoneId);
        },
      },
      { name: 'clock', needs: TO_CALL, next: 'See permission', run: () => Promise.resolve(clock) },
    ],
    close: () => cloud.close(),
  };
}

function judgePlainText({ host }: Peer): Finding {
  return isLoopback(host)
    ? ok('TLS is off: the endpoint is on this machine')
    : warning(`TLS is off: the calls to ${host} can be read and changed on their way`, 'Use an https endpoint');
}

function endOf(expiresAtMs: number | undefined): string {
  if (expiresAtMs === undefined) return 'which does not expire by itself';
  const minutes = Math.round((expiresAtMs - Date.now()) / 60_000);
  return `until ${new Date(expiresAtMs).toISOString()}, ${minutes} min from now`;
}

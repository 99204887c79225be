import { DEMO_ACCOUNT, startEmulator, type Emulator } from '../../emulator';
import {
  openCloud,
  type CallQuota,
  type Cloud,
  type CloudSettings,
  type CloudSurroundings,
  type Notice,
} from '../../src/tencent';
import { until } from '../support/until';

import { closeAll, closeLater, failureOf, serve } from './calls';
import { makeHome } from './credentials/home-folder';
import { answerJson } from './fake-server';

const REQUEST = { zoneId: 'z-1', taskId: 't-1' };
const ARN = 'qcs::cam::uin/100000000001:roleName/follower';
const KEY = { TENCENTCLOUD_SECRET_ID: DEMO_ACCOUNT.secretId, TENCENTCLOUD_SECRET_KEY: DEMO_ACCOUNT.secretKey };
/** Stands still at a full second, so that lifetimes are exact. */
const NOW = Math.floor(Date.now() / 1000) * 1000;

let emulator: Emulator;
let notices: Notice[];

beforeEach(async () => {
  notices = [];
  emulator = await startEmulator({ now: () => NOW });
  closeLater(() => emulator.close());
  emulator.setTask('z-1', 't-1', { answers: [{ status: 'InProgress' }] });
  emulator.setSts({ roles: [{ arn: ARN }] });
  emulator.setMetadata({ role: 'follower' });
});
afterEach(closeAll);

/** Opens the cloud for one test, in an empty home directory. */
function open(
  settings: Partial<CloudSettings>,
  surroundings: Pick<CloudSurroundings, 'env'> & Partial<CloudSurroundings>,
): Cloud {
  const home = makeHome();
  closeLater(() => Promise.resolve(home.remove()));
  const cloud = openCloud(
    { endpoint: emulator.url, metadataEndpoint: emulator.url, ...settings },
    { homeDir: home.path, notify: (notice) => notices.push(notice), ...surroundings },
  );
  closeLater(() => cloud.close());
  return cloud;
}

const actions = (): unknown[] => emulator.requests().map(({ action }) => action);

describe('the cloud', () => {
  it('is reached through the proxy, the metadata of the machine past it', async () => {
    const asked: unknown[] = [];
    const proxy = await serve(() => undefined);
    proxy.server.on('connect', ({ url }, socket) => {
      asked.push(url);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    const cloud = open({ credentialSource: 'cvm-role' }, { env: { HTTP_PROXY: proxy.endpoint } });
    const key = await cloud.credentials.get();
    expect(key.secretId).toBe(emulator.issued()[0]?.secretId);
    expect(asked).toEqual([]);
    expect(proxy.received).toEqual([]);
    expect(actions()).toEqual(['metadata', 'metadata']);
    const error = await failureOf(cloud.organization.getProvisioningTaskStatus(REQUEST));
    expect(error.code).toBe('ClientError.ProxyFailure');
    expect(asked).toEqual([`127.0.0.1:${emulator.port}`]);
  });

  it('is reached through other proxies than those of the environment when such are given', async () => {
    const cloud = open({}, { env: { ...KEY, HTTP_PROXY: 'http://127.0.0.1:9' }, proxies: {} });
    await expect(cloud.organization.getProvisioningTaskStatus(REQUEST)).resolves.toMatchObject({
      status: 'InProgress',
    });
  });

  it('is called with the key of the pinned source, whatever else has one', async () => {
    const cloud = open({ credentialSource: 'cvm-role' }, { env: KEY });
    const key = await cloud.credentials.get();
    expect(key.secretId).toBe(emulator.issued()[0]?.secretId);
    expect(cloud.credentials.description).toBe('the role of this machine');
    expect(actions()).toEqual(['metadata', 'metadata']);
  });

  it('is told the region by every signed call', async () => {
    const cloud = open({ region: 'ap-singapore' }, { env: { ...KEY, TENCENTCLOUD_ROLE_ARN: ARN } });
    await cloud.organization.getProvisioningTaskStatus(REQUEST);
    expect(emulator.requests().map(({ action, headers }) => [action, headers['x-tc-region']])).toEqual([
      ['AssumeRole', 'ap-singapore'],
      ['GetProvisioningTaskStatus', 'ap-singapore'],
    ]);
  });

  it('is called within the quota of each kind of calls', async () => {
    const fake = await serve((response) =>
      answerJson(response, { Response: { Tasks: [], TaskStatus: { Status: 'x' } } }),
    );
    const turns: string[] = [];
    const quota = (name: string): CallQuota => ({
      turn: () => {
        turns.push(name);
        return Promise.resolve(() => undefined);
      },
      throttled: () => undefined,
    });
    const quotas = { statusCallQuota: quota('status'), userSyncQuota: quota('user sync') };
    const { organization } = open({ endpoint: fake.endpoint }, { env: KEY, ...quotas });
    await organization.listTasks({ zoneId: 'z-1' });
    await organization.getProvisioningTaskStatus(REQUEST);
    expect(turns).toEqual(['user sync', 'status']);
  });

  it('tells of a key with a short life', async () => {
    emulator.setSts({ roles: [{ arn: ARN, lifetimeSeconds: 20 }] });
    await open({}, { env: { ...KEY, TENCENTCLOUD_ROLE_ARN: ARN } }).credentials.get();
    const source = `role ${ARN} through STS with the key from the environment`;
    expect(notices).toEqual([{ kind: 'credentialsShortLived', source, lifetimeSeconds: 20 }]);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['the API', KEY, ['GetProvisioningTaskStatus', 'GetProvisioningTaskStatus']],
    ['STS', { ...KEY, TENCENTCLOUD_ROLE_ARN: ARN }, ['AssumeRole', 'AssumeRole', 'GetProvisioningTaskStatus']],
  ])('tells of a wrong clock that %s refused, corrected for every call from then on', async (_, env, asked) => {
    emulator.setClockOffset(600_000);
    await open({}, { env }).organization.getProvisioningTaskStatus(REQUEST);
    expect(notices).toMatchObject([{ kind: 'clockCorrected' }]);
    expect(actions()).toEqual(asked);
  });

  it('leaves no connection open once closed', async () => {
    const cloud = open({ credentialSource: 'cvm-role' }, { env: {} });
    await cloud.organization.getProvisioningTaskStatus(REQUEST);
    // At least one for the metadata and one for the API.
    expect(emulator.connections()).toBeGreaterThan(1);
    await cloud.close();
    await until('no connection is open', () => emulator.connections() === 0);
  });
});

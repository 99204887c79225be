import { type Refusal } from './signature';
import { USER_SYNC_ACTIONS } from './user-sync-parameters';

/** Calls admitted in any one second; a limit that is left out is not applied, except the first two. */
export interface RateLimitOptions {
  /** GetProvisioningTaskStatus per key; default 220, the published limit. */
  requestsPerSecond?: number;
  /** Each action on user syncs, and ListTasks, per key; default 20, the published limit. */
  userSyncRequestsPerSecond?: number;
  /** All actions together per owner account. */
  uinRequestsPerSecond?: number;
  /** All actions together per client address. */
  ipRequestsPerSecond?: number;
  /** All actions together per owner account, over all regions; of which the emulator is one. */
  globalRegionUinRequestsPerSecond?: number;
}

/** Whose call it is; a call without a key belongs to no account. */
export interface Caller {
  action: string;
  secretId?: string;
  uin?: string;
  ip: string;
}

const WINDOW_MS = 1000;
const PUBLISHED = new Map<string, number>([
  ['GetProvisioningTaskStatus', 220],
  ['AssumeRole', 600],
  ['AssumeRoleWithWebIdentity', 20],
  ...USER_SYNC_ACTIONS.map((action) => [action, 20] as const),
]);

/** Counts calls by arrival in rolling windows of one second; only admitted calls count. */
export class RateLimits {
  private readonly admitted = new Map<string, number[]>();

  constructor(private readonly options: RateLimitOptions = {}) {}

  /** Admits a call under all limits, or refuses it under the first that is used up. */
  admit(caller: Caller, atMs: number): Refusal | undefined {
    const windows = this.limitsOf(caller).map(({ code, bucket, limit }) => {
      const key = `${code} ${bucket}`;
      const times = (this.admitted.get(key) ?? []).filter((time) => time > atMs - WINDOW_MS);
      this.admitted.set(key, times);
      return { code, limit, times };
    });
    const full = windows.find(({ limit, times }) => times.length >= limit);
    if (full) {
      const message = `The request frequency exceeds the limit of ${full.limit} requests per second.`;
      return { code: full.code, message };
    }
    windows.forEach(({ times }) => times.push(atMs));
    return undefined;
  }

  private limitsOf({ action, secretId = '', uin, ip }: Caller): { code: string; bucket: string; limit: number }[] {
    const { uinRequestsPerSecond, ipRequestsPerSecond, globalRegionUinRequestsPerSecond } = this.options;
    const code = 'RequestLimitExceeded';
    return [
      { code, bucket: `${action} ${secretId}`, limit: this.configuredLimit(action) ?? PUBLISHED.get(action) },
      { code: `${code}.UinLimitExceeded`, bucket: uin, limit: uinRequestsPerSecond },
      { code: `${code}.IPLimitExceeded`, bucket: ip, limit: ipRequestsPerSecond },
      { code: `${code}.GlobalRegionUinLimitExceeded`, bucket: uin, limit: globalRegionUinRequestsPerSecond },
    ].flatMap(({ bucket, limit, ...rest }) =>
      bucket === undefined || limit === undefined ? [] : [{ bucket, limit, ...rest }],
    );
  }
  private configuredLimit(action: string): number | undefined {
    const { requestsPerSecond, userSyncRequestsPerSecond } = this.options;
    if (action === 'GetProvisioningTaskStatus') return requestsPerSecond;
    return USER_SYNC_ACTIONS.some((each) => each === action) ? userSyncRequestsPerSecond : undefined;
  }
}

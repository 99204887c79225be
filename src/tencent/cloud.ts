import type { CallQuota } from './call-quota';
import { createCredentialChain, type CredentialSource, type CredentialSourceName } from './credentials';
import { stsEndpointOf, validateEndpoint } from './endpoint';
import type { Environment } from './environment';
import type { Notify } from './notices';
import type { CloudObserver } from './observer';
import { createOrganizationClient, type OrganizationClient } from './organization-client';
import { createServerClock, type ServerClock } from './server-clock';
import { createTransport } from './transport';

/** Where the cloud is, and which key is used there. */
export interface CloudSettings {
  /** Base URL of the organization API. */
  endpoint: string;
  /** Lets the endpoints be `http` beyond loopback. */
  allowHttp?: boolean;
  /** Sent as X-TC-Region; the organization API does not need one. */
  region?: string;
  /** Base URL of STS. Default: that of the site of `endpoint`. */
  stsEndpoint?: string;
  /** Base URL of the machine's metadata. Default: that of a CVM. */
  metadataEndpoint?: string;
  /** Pins the source of the key. Default: the first that is configured. */
  credentialSource?: CredentialSourceName;
}

/** What {@link openCloud} gets from the process. */
export interface CloudSurroundings {
  /** TENCENTCLOUD_… and TKE_…. */
  env: Environment;
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY. Default: those of `env`. */
  proxies?: Environment;
  homeDir: string;
  notify: Notify;
  /** Default: nobody is told. */
  observer?: CloudObserver;
  /** Of GetProvisioningTaskStatus. Default: none. */
  statusCallQuota?: CallQuota;
  /** Of the actions on user syncs. Default: none. */
  userSyncQuota?: CallQuota;
}

/** The cloud's API, ready to be called. */
export interface Cloud {
  organization: OrganizationClient;
  credentials: CredentialSource;
  clock: ServerClock;
  /** Drops every connection. */
  close(): Promise<void>;
}

/**
 * Puts client, credentials, clock and connections together; nothing is sent yet.
 *
 * @throws Error naming every fault of an endpoint, or a proxy variable that is not a URL
 */
export function openCloud(settings: CloudSettings, surroundings: CloudSurroundings): Cloud {
  const { env, proxies = env, homeDir, notify, observer, statusCallQuota, userSyncQuota } = surroundings;
  const { endpoint, allowHttp = false, region, stsEndpoint = stsEndpointOf(endpoint), metadataEndpoint } = settings;
  const faults = validateEndpoint(stsEndpoint, { allowHttp });
  if (faults.length > 0) throw new Error(`Invalid endpoint of STS: ${faults.join('; ')}`);
  const clock = createServerClock(Date.now);
  const transport = createTransport({ env: proxies });
  // The metadata of a machine is not behind its proxy.
  const directTransport = createTransport();
  const credentials = createCredentialChain({
    env,
    homeDir,
    sourceName: settings.credentialSource,
    stsEndpoint,
    metadataEndpoint,
    region,
    transport,
    directTransport,
    clock,
    notify,
    observer,
  });
  const organization = createOrganizationClient({
    endpoint,
    allowHttp,
    region,
    credentials,
    transport,
    clock,
    notify,
    observer,
    statusCallQuota,
    userSyncQuota,
  });
  return {
    organization,
    credentials,
    clock,
    async close() {
      await Promise.all([transport.close(), directTransport.close()]);
    },
  };
}

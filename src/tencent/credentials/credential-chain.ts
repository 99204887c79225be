import type { Environment } from '../environment';
import type { Notify } from '../notices';
import type { CloudObserver } from '../observer';
import type { ServerClock } from '../server-clock';
import { createStsClient, type StsClient } from '../sts-client';
import type { Transport } from '../transport';
import { createAssumeRoleProvider, namedRole } from './assume-role-credentials';
import { createCredentialCache } from './credential-cache';
import { createChoice, type Candidate } from './credential-choice';
import type { CredentialProvider, Credentials, CredentialSource } from './credentials';
import { createCvmRoleProvider, namedCvmRole } from './cvm-role-credentials';
import { createEnvironmentProvider, ENVIRONMENT_LACKS, isEnvironmentConfigured } from './environment-credentials';
import { createFixedProvider } from './fixed-credentials';
import {
  createSharedFileProvider,
  isSharedFile,
  namedSharedFile,
  sharedFileLacks,
  sharedFilePaths,
} from './shared-file-credentials';
import { createTkeOidcProvider, isTkeConfigured, TKE_LACKS } from './tke-oidc-credentials';

/** Names of the sources that can be pinned, in the order in which they are tried. */
export const CREDENTIAL_SOURCE_NAMES = ['environment', 'shared-file', 'tke-oidc', 'cvm-role'] as const;

/** One of {@link CREDENTIAL_SOURCE_NAMES}. */
export type CredentialSourceName = (typeof CREDENTIAL_SOURCE_NAMES)[number];

/** Options of {@link createCredentialChain}. */
export interface CredentialChainOptions {
  /** TENCENTCLOUD_… and TKE_…. */
  env: Environment;
  /** The user's home directory. */
  homeDir: string;
  /** A key that the program gives; no other source is looked at. */
  explicit?: Credentials | undefined;
  /** The only source to look at. Default: the first that is configured. */
  sourceName?: CredentialSourceName | undefined;
  /** `https://host[:port]`. */
  stsEndpoint: string;
  /** Default `http://metadata.tencentyun.com`. */
  metadataEndpoint?: string | undefined;
  /** X-TC-Region of AssumeRole. Default `ap-guangzhou`. */
  region?: string | undefined;
  /** For STS. */
  transport: Transport;
  /** For the metadata endpoint; without proxies. */
  directTransport: Transport;
  clock: ServerClock;
  /** This machine's clock, epoch ms. Default `Date.now`. */
  now?: (() => number) | undefined;
  /** Default: nobody is told. */
  notify?: Notify | undefined;
  /** Default: nobody is told. */
  observer?: CloudObserver | undefined;
}

/**
 * Makes a source of the key of the first place that is configured: the program, the environment, the shared file, the
 * OIDC token of a TKE pod; else the role of this CVM. With TENCENTCLOUD_ROLE_ARN that key assumes the role. The place
 * is chosen with the first key and stays for the life of the source.
 *
 * Its promises reject with MissingCredentialsError, naming every place, when no place has a key.
 */
export function createCredentialChain(options: CredentialChainOptions): CredentialSource {
  const { env, region } = options;
  const stsOf = (stsRegion: string | undefined): StsClient =>
    createStsClient({ ...options, endpoint: options.stsEndpoint, region: stsRegion });
  const source = createCredentialCache(createPlace(options, stsOf), options);
  const roleArn = namedRole(env);
  if (roleArn === undefined) return source;
  return createCredentialCache(createAssumeRoleProvider({ roleArn, env, base: source, sts: stsOf(region) }), options);
}

/**
 * Tells whether anything on this machine names credentials, also when it is broken or incomplete; asks no network.
 *
 * @param homeDir - the user's home directory
 */
export function hasCredentialSettings(env: Environment, homeDir: string): boolean {
  const named = [namedSharedFile, namedRole, namedCvmRole].some((nameOf) => nameOf(env) !== undefined);
  return (
    named || isEnvironmentConfigured(env) || isTkeConfigured(env) || sharedFilePaths(env, homeDir).some(isSharedFile)
  );
}

function createPlace(
  { env, homeDir, explicit, sourceName, metadataEndpoint, directTransport, now }: CredentialChainOptions,
  stsOf: (region: string) => StsClient,
): CredentialProvider {
  if (explicit) return createFixedProvider(explicit);
  const cvmRole = createCvmRoleProvider({ env, metadataEndpoint, transport: directTransport, now });
  if (sourceName === 'cvm-role') return cvmRole;
  const paths = sharedFilePaths(env, homeDir);
  const candidates: Record<CredentialSourceName, Candidate> = {
    environment: {
      find: () => (isEnvironmentConfigured(env) ? createEnvironmentProvider(env) : undefined),
      lacks: [ENVIRONMENT_LACKS],
    },
    'shared-file': {
      find() {
        const path = paths.find(isSharedFile);
        return path === undefined ? undefined : createSharedFileProvider(path);
      },
      lacks: paths.map(sharedFileLacks),
      isNamed: namedSharedFile(env) !== undefined,
    },
    'tke-oidc': {
      find: () => (isTkeConfigured(env) ? createTkeOidcProvider(env, stsOf) : undefined),
      lacks: [TKE_LACKS],
    },
    'cvm-role': { find: () => (namedCvmRole(env) === undefined ? undefined : cvmRole), lacks: [] },
  };
  if (sourceName) return createChoice([candidates[sourceName]]);
  return createChoice(
    CREDENTIAL_SOURCE_NAMES.map((name) => candidates[name]),
    cvmRole,
  );
}

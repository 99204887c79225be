import { DEFAULT_ENDPOINT } from '../tencent/endpoint';
import { VERSIONING_VARIABLES } from '../worker-versioning';

import {
  DEFAULT_CODEC_ADDRESS,
  DEFAULT_CONNECT_SECONDS,
  DEFAULT_HTTP_ADDRESS,
  DEFAULT_LOG_LEVEL,
  DEFAULT_STATUS_CALLS_PER_SECOND,
  DEFAULT_USER_SYNC_CALLS_PER_SECOND,
} from './defaults';
import { DEFAULT_SERVICE_NAME } from './tracing-settings';
import { VARIABLES } from './variables';

/** One variable that the worker reads, from the environment or from its configuration file. */
export interface VariableEntry {
  name: string;
  /** What it means, as Markdown. */
  meaning: string;
  /** What holds while it is not set, as Markdown. */
  otherwise: string;
  /** The value that holds while it is not set, where there is one. */
  defaultValue?: string;
  /** Its value is never shown. */
  isSecret?: true;
}

/** Variables of one subject. */
export interface SchemaSection {
  title: string;
  entries: readonly VariableEntry[];
}

/** Every variable that the worker reads. docs/configuration.md is generated from it. */
export const SCHEMA: readonly SchemaSection[] = [
  {
    title: 'Process',
    entries: [
      {
        name: VARIABLES.configFile,
        meaning:
          'absolute path of a file with lines of `NAME=value`, for any variable of this page; what the environment sets wins',
        otherwise: 'no file is read',
      },
      withDefault(
        VARIABLES.runWorkflows,
        '`true` runs the workflow side: follows and batches, and the few activities that do not call the cloud (queue `provisioning`)',
        'true',
      ),
      withDefault(
        VARIABLES.runCalls,
        '`true` runs the API side: the activities that call the cloud (queues `tencent-organization` and `tencent-user-sync`). Without it no key of the cloud is needed. Of the two sides each must run somewhere',
        'true',
      ),
      withDefault(
        VARIABLES.connectSeconds,
        'how long the first connection to the Temporal server is tried, 0 to 3600 seconds; then the worker ends with exit code 8',
        String(DEFAULT_CONNECT_SECONDS),
      ),
      withDefault(
        VARIABLES.httpAddress,
        'address and port of `/livez`, `/readyz` and `/metrics`, e.g. `0.0.0.0:9464`, `[::]:9464`; port 0 takes a free one; `none` turns it off',
        DEFAULT_HTTP_ADDRESS,
      ),
      withDefault(
        VARIABLES.logLevel,
        'least level that is logged: `DEBUG`, `INFO`, `WARN` or `ERROR`',
        DEFAULT_LOG_LEVEL,
      ),
      {
        name: VARIABLES.logFormat,
        meaning: '`json`: one JSON object a line; `pretty`: for people',
        otherwise: '`pretty` on a terminal, else `json`',
      },
      {
        name: VARIABLES.itemsFolder,
        meaning:
          'absolute path of the folder with the item files of large batches, which every worker of the workflow side and whoever writes them must share',
        otherwise: '`~/.provisioning/items`',
      },
    ],
  },
  {
    title: 'Rate of calls',
    entries: [
      withDefault(
        VARIABLES.statusCallsPerSecond,
        'status calls of all workers together, the same for all of them; the cloud allows 220, which the console and other tools share ([how to choose it](performance.md#the-quota))',
        String(DEFAULT_STATUS_CALLS_PER_SECOND),
      ),
      withDefault(
        VARIABLES.userSyncCallsPerSecond,
        'calls to the actions on user syncs (create, delete, update, get, list, and the list of tasks) of all workers together; the cloud allows 20 of each, and one rate for all six keeps each below that whatever the mix',
        String(DEFAULT_USER_SYNC_CALLS_PER_SECOND),
      ),
      withDefault(
        VARIABLES.workers,
        'how many workers share these rates: a number, or `auto`, which counts those that poll ([how it works](performance.md#several-workers))',
        'auto',
      ),
    ],
  },
  {
    title: 'Temporal',
    entries: [
      withDefault('TEMPORAL_ADDRESS', '`host:port` of the server', 'localhost:7233'),
      withDefault('TEMPORAL_NAMESPACE', 'namespace of the workflows', 'default'),
      {
        name: 'TEMPORAL_API_KEY',
        meaning:
          'API key, e.g. of Temporal Cloud; turns TLS on, and is refused in clear text to a host that is not this machine',
        otherwise: 'none',
        isSecret: true,
      },
      {
        name: 'TEMPORAL_TLS',
        meaning: '`true` or `false`',
        otherwise: 'on with an API key or any `TEMPORAL_TLS_…`, else off',
      },
      {
        name: 'TEMPORAL_TLS_CLIENT_CERT_PATH',
        meaning: 'certificate of mutual TLS, PEM; with the key',
        otherwise: 'none',
      },
      { name: 'TEMPORAL_TLS_CLIENT_KEY_PATH', meaning: 'its key, PEM', otherwise: 'none' },
      {
        name: 'TEMPORAL_TLS_CLIENT_CERT_DATA',
        meaning: 'the certificate itself, in place of its path',
        otherwise: 'none',
      },
      {
        name: 'TEMPORAL_TLS_CLIENT_KEY_DATA',
        meaning: 'the key itself, in place of its path',
        otherwise: 'none',
        isSecret: true,
      },
      {
        name: 'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
        meaning: 'certificates that sign the server’s, PEM; also `TEMPORAL_TLS_SERVER_CA_CERT_DATA`',
        otherwise: 'those of the system',
      },
      { name: 'TEMPORAL_TLS_SERVER_CA_CERT_DATA', meaning: 'these certificates themselves', otherwise: 'none' },
      {
        name: 'TEMPORAL_TLS_SERVER_NAME',
        meaning: 'name that the server’s certificate must have',
        otherwise: 'that of the address',
      },
      {
        name: 'TEMPORAL_CONFIG_FILE',
        meaning: 'configuration file of the Temporal CLI, which is read too; the environment wins',
        otherwise: 'the CLI’s own place',
      },
      withDefault('TEMPORAL_PROFILE', 'profile of that file', 'default'),
      {
        name: VERSIONING_VARIABLES.deploymentName,
        meaning:
          'what the workflow side is a version of ([versions of the worker](versioning.md)); with the build id, and set by the Kubernetes worker controller',
        otherwise: 'the worker has no version',
      },
      {
        name: VERSIONING_VARIABLES.buildId,
        meaning: 'that version, e.g. the release or the tag of the image; with the deployment name',
        otherwise: 'the worker has no version',
      },
    ],
  },
  {
    title: 'Encryption',
    entries: [
      {
        name: VARIABLES.encryptionKeys,
        meaning:
          'keys of the payloads, `<id>:<32 bytes in base64>`, with commas between: the first encrypts, all decrypt ([how](encryption.md)). Every worker and every client needs them',
        otherwise: 'nothing is encrypted',
        isSecret: true,
      },
      {
        name: `${VARIABLES.encryptionKeys}_FILE`,
        meaning: 'absolute path of a mounted secret with these keys, a line each; read at the start',
        otherwise: 'none',
      },
      withDefault(
        VARIABLES.codecAddress,
        'IP address and port of `provisioning codec-server`; port 0 takes a free one',
        DEFAULT_CODEC_ADDRESS,
      ),
      {
        name: VARIABLES.codecToken,
        meaning: 'token of the codec server, at least 16 characters; who has it may read every payload',
        otherwise: 'the codec server does not start',
        isSecret: true,
      },
      {
        name: `${VARIABLES.codecToken}_FILE`,
        meaning: 'absolute path of a mounted secret with that token, read at the start',
        otherwise: 'none',
      },
      {
        name: VARIABLES.codecCorsOrigins,
        meaning:
          'origins whose pages may use the codec server, such as that of the Temporal UI, with commas between: `https://temporal.example.com`',
        otherwise: 'no page may',
      },
    ],
  },
  {
    title: 'The cloud',
    entries: [
      withDefault(
        VARIABLES.endpoint,
        'base URL of the API; accounts of the mainland site need `https://organization.tencentcloudapi.com`',
        DEFAULT_ENDPOINT,
      ),
      { name: VARIABLES.stsEndpoint, meaning: 'base URL of STS', otherwise: 'that of the endpoint’s site' },
      { name: VARIABLES.metadataEndpoint, meaning: 'base URL of the machine’s metadata', otherwise: 'that of a CVM' },
      withDefault(VARIABLES.allowHttp, '`true` lets the endpoints be `http` beyond loopback', 'false'),
      { name: VARIABLES.region, meaning: 'sent as `X-TC-Region`', otherwise: 'not sent' },
      {
        name: 'HTTPS_PROXY',
        meaning:
          'proxy of the calls to the cloud and to STS; `HTTP_PROXY` serves where it is not set; also in lower case',
        otherwise: 'none',
        isSecret: true,
      },
      { name: 'HTTP_PROXY', meaning: 'proxy of calls over `http`', otherwise: 'none', isSecret: true },
      { name: 'NO_PROXY', meaning: 'hosts that are called directly, with commas between', otherwise: 'none' },
    ],
  },
  {
    title: 'Key of the cloud',
    entries: [
      ...secretWithFile('TENCENTCLOUD_SECRET_ID', 'id of the API key'),
      ...secretWithFile('TENCENTCLOUD_SECRET_KEY', 'the API key'),
      ...secretWithFile(
        'TENCENTCLOUD_SESSION_TOKEN',
        'token of temporary credentials; also `TENCENTCLOUD_TOKEN`, `TENCENTCLOUD_SECURITY_TOKEN`',
      ),
      ...secretWithFile('TENCENTCLOUD_TOKEN', 'the same by another name'),
      ...secretWithFile('TENCENTCLOUD_SECURITY_TOKEN', 'the same by another name'),
      {
        name: 'TENCENTCLOUD_CREDENTIALS_FILE',
        meaning: 'file with `secret_id`, `secret_key` and `token` under `[default]`, read anew for each call',
        otherwise: '`~/.tencentcloud/credentials`, then `/etc/tencentcloud/credentials`',
      },
      {
        name: 'TENCENTCLOUD_ROLE_ARN',
        meaning: 'role that the key assumes through STS',
        otherwise: 'none is assumed',
      },
      withDefault('TENCENTCLOUD_ROLE_SESSION_NAME', 'name of that session', 'provisioning-worker'),
      withDefault('TENCENTCLOUD_ROLE_SESSION_DURATION', 'how long a session lasts, in seconds', '7200'),
      { name: 'TENCENTCLOUD_ROLE_EXTERNAL_ID', meaning: 'external id that the role asks for', otherwise: 'none' },
      {
        name: 'TKE_REGION',
        meaning: 'with the next three: role of a TKE pod through OIDC; TKE sets them',
        otherwise: 'none',
      },
      { name: 'TKE_PROVIDER_ID', meaning: 'its identity provider', otherwise: 'none' },
      { name: 'TKE_ROLE_ARN', meaning: 'its role', otherwise: 'none' },
      { name: 'TKE_WEB_IDENTITY_TOKEN_FILE', meaning: 'file with its token', otherwise: 'none' },
      {
        name: 'TENCENTCLOUD_CAM_ROLE_NAME',
        meaning: 'role of this CVM',
        otherwise: 'the one that is bound to it',
      },
      {
        name: VARIABLES.credentialSource,
        meaning: 'pins the source of the key: `environment`, `shared-file`, `tke-oidc`, `cvm-role`',
        otherwise: 'the first that is configured, in the order of this table',
      },
    ],
  },
  {
    title: 'Traces',
    entries: [
      {
        name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
        meaning:
          'base URL of a collector that takes OTLP over HTTP, e.g. `http://127.0.0.1:4318`; turns [traces](tracing.md) on',
        otherwise: 'no traces',
        isSecret: true,
      },
      {
        name: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
        meaning: 'whole URL for spans, in place of `/v1/traces` below that one',
        otherwise: 'none',
        isSecret: true,
      },
      {
        name: 'OTEL_EXPORTER_OTLP_HEADERS',
        meaning:
          'headers for the collector, as `name=value` with commas between; also `OTEL_EXPORTER_OTLP_TRACES_HEADERS`',
        otherwise: 'none',
        isSecret: true,
      },
      {
        name: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
        meaning: 'the same for spans alone',
        otherwise: 'none',
        isSecret: true,
      },
      withDefault('OTEL_SERVICE_NAME', 'name of the worker in traces', DEFAULT_SERVICE_NAME),
      {
        name: 'OTEL_RESOURCE_ATTRIBUTES',
        meaning: 'attributes of every span, as `name=value` with commas between',
        otherwise: 'none',
      },
      withDefault(
        'OTEL_TRACES_SAMPLER',
        'which traces are kept ([what it does here](tracing.md#sampling))',
        'parentbased_always_on',
      ),
      { name: 'OTEL_TRACES_SAMPLER_ARG', meaning: 'for `traceidratio`: the part that is kept', otherwise: 'none' },
      withDefault('OTEL_SDK_DISABLED', '`true` turns traces off', 'false'),
    ],
  },
  {
    title: 'Command line',
    entries: [
      {
        name: 'PROVISIONING_UI_URL',
        meaning: 'base URL of the Temporal UI, for `provisioning open`',
        otherwise: 'told by the server’s address where that is possible',
      },
    ],
  },
];

/** Every entry of {@link SCHEMA}. */
export const VARIABLE_ENTRIES: readonly VariableEntry[] = SCHEMA.flatMap(({ entries }) => entries);

function withDefault(name: string, meaning: string, defaultValue: string): VariableEntry {
  return { name, meaning, otherwise: `\`${defaultValue}\``, defaultValue };
}

function secretWithFile(name: string, meaning: string): VariableEntry[] {
  return [
    { name, meaning, otherwise: 'the next source', isSecret: true },
    {
      name: `${name}_FILE`,
      meaning: 'absolute path of a mounted secret with that value, read anew for each call',
      otherwise: 'none',
    },
  ];
}

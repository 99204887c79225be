import { isLoopback } from '../tencent/endpoint';

import { valueOf } from './variables';

/** Where traces go. What else OTEL_… says is read by the OpenTelemetry SDK itself, from the environment of the process. */
export interface TracingSettings {
  /** URL that takes spans by OTLP over HTTP, as protobuf. */
  url: string;
}

/** Name of this service in traces while OTEL_SERVICE_NAME is not set. */
export const DEFAULT_SERVICE_NAME = 'provisioning-worker';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
];
/** These judge a trace at its root, and the root of a follow that nobody traced begins inside of the workflow. */
const ROOT_SAMPLERS = ['parentbased_always_off', 'parentbased_traceidratio'];
const PROPAGATORS = ['tracecontext', 'baggage', 'none'];
const NUMBERS = [
  'OTEL_EXPORTER_OTLP_TIMEOUT',
  'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT',
  'OTEL_BSP_SCHEDULE_DELAY',
  'OTEL_BSP_EXPORT_TIMEOUT',
  'OTEL_BSP_MAX_QUEUE_SIZE',
  'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
];
const HEADERS = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'];
const UNREAD = ['CERTIFICATE', 'CLIENT_CERTIFICATE', 'CLIENT_KEY'].flatMap((name) => [
  `OTEL_EXPORTER_OTLP_${name}`,
  `OTEL_EXPORTER_OTLP_TRACES_${name}`,
]);

/**
 * Reads where traces go.
 *
 * @param faults - gets one for each variable that the OpenTelemetry SDK would pass over in silence
 * @param warnings - gets one for each that does not do all that it seems to
 * @returns undefined when there are no traces: without an endpoint, and where the SDK or its exporter is turned off
 */
export function readTracingSettings(
  env: NodeJS.ProcessEnv,
  faults: string[],
  warnings: string[],
): TracingSettings | undefined {
  const isOff = valueOf(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true';
  if (isOff || valueOf(env, 'OTEL_TRACES_EXPORTER') === 'none') return undefined;
  const endpoint = endpointOf(env);
  if (!endpoint) return undefined;
  const url = urlOf(endpoint, faults);
  faults.push(
    ...wordFaults(env),
    ...samplerFaults(env),
    ...numberFaults(env),
    ...listFaults(env),
    ...unreadFaults(env),
  );
  const sampler = valueOf(env, 'OTEL_TRACES_SAMPLER');
  if (sampler !== undefined && ROOT_SAMPLERS.includes(sampler)) {
    warnings.push(
      `OTEL_TRACES_SAMPLER=${sampler} leaves out no follow that an untraced caller started; traceidratio and always_off do`,
    );
  }
  if (!url) return undefined;
  const isSent = HEADERS.some((name) => valueOf(env, name) !== undefined);
  if (url.protocol === 'http:' && isSent && !isLoopback(url.hostname)) {
    warnings.push(`The headers of OTEL_EXPORTER_OTLP_HEADERS go to ${url.host} in clear text: use https`);
  }
  return { url: url.href };
}

/** A variable, and what it says. */
interface Setting {
  name: string;
  text: string;
}

function endpointOf(env: NodeJS.ProcessEnv): (Setting & { isWhole: boolean }) | undefined {
  const whole = firstOf(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const base = firstOf(env, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  if (whole) return { ...whole, isWhole: true };
  return base && { ...base, isWhole: false };
}

function urlOf({ name, text, isWhole }: Setting & { isWhole: boolean }, faults: string[]): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isUsable = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  if (isUsable) return isWhole ? url : new URL('v1/traces', url.href.endsWith('/') ? url : `${url.href}/`);
  // Without what it says: there may be a password in it.
  faults.push(`${name} must be an http or https URL without user, password and query, such as http://127.0.0.1:4318`);
  return undefined;
}

function wordFaults(env: NodeJS.ProcessEnv): string[] {
  const rules: [Setting | undefined, string[]][] = [
    [firstOf(env, 'OTEL_TRACES_EXPORTER'), ['otlp', 'none']],
    [firstOf(env, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'), ['http/protobuf']],
    [firstOf(env, 'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'OTEL_EXPORTER_OTLP_COMPRESSION'), ['gzip', 'none']],
    [firstOf(env, 'OTEL_TRACES_SAMPLER'), SAMPLERS],
  ];
  return rules.flatMap(([setting, words]) =>
    setting && !words.includes(setting.text)
      ? [`${setting.name} must be ${words.join(' or ')}, got "${setting.text}"`]
      : [],
  );
}

function samplerFaults(env: NodeJS.ProcessEnv): string[] {
  if (!valueOf(env, 'OTEL_TRACES_SAMPLER')?.endsWith('traceidratio')) return [];
  const text = valueOf(env, 'OTEL_TRACES_SAMPLER_ARG');
  const ratio = Number(text ?? NaN);
  return ratio >= 0 && ratio <= 1
    ? []
    : [`OTEL_TRACES_SAMPLER_ARG must be the part of the traces that is kept, from 0 to 1, got "${text ?? ''}"`];
}

function numberFaults(env: NodeJS.ProcessEnv): string[] {
  return NUMBERS.flatMap((name) => {
    const text = valueOf(env, name);
    return text === undefined || /^[1-9]\d*$/.test(text)
      ? []
      : [`${name} must be a whole number above 0, got "${text}"`];
  });
}

function listFaults(env: NodeJS.ProcessEnv): string[] {
  const isListOfPairs = (text: string) => text.split(',').every((pair) => /^\s*[^\s=]+\s*=/.test(pair));
  const propagators = valueOf(env, 'OTEL_PROPAGATORS') ?? 'none';
  const areKnown = propagators.split(',').every((name) => PROPAGATORS.includes(name.trim()));
  return [
    ...[...HEADERS, 'OTEL_RESOURCE_ATTRIBUTES']
      .filter((name) => !isListOfPairs(valueOf(env, name) ?? 'none='))
      // Without what it says: headers are secret.
      .map((name) => `${name} must be a list of name=value with commas between`),
    ...(areKnown ? [] : [`OTEL_PROPAGATORS must be of ${PROPAGATORS.join(', ')}, got "${propagators}"`]),
  ];
}

function unreadFaults(env: NodeJS.ProcessEnv): string[] {
  return UNREAD.filter((name) => valueOf(env, name) !== undefined).map(
    (name) => `${name} cannot be used: name the certificates that Node trusts besides in NODE_EXTRA_CA_CERTS`,
  );
}

function firstOf(env: NodeJS.ProcessEnv, ...names: string[]): Setting | undefined {
  return names
    .map((name) => ({ name, text: valueOf(env, name) }))
    .find((setting): setting is Setting => setting.text !== undefined);
}

import { readTracingSettings } from '../../src/config/tracing-settings';

const ON = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

function read(env: NodeJS.ProcessEnv): { url: string | undefined; faults: string[]; warnings: string[] } {
  const faults: string[] = [];
  const warnings: string[] = [];
  const settings = readTracingSettings(env, faults, warnings);
  return { url: settings?.url, faults, warnings };
}

describe('the settings of traces', () => {
  test.each<[string, NodeJS.ProcessEnv, string | undefined]>([
    ['nothing is set', {}, undefined],
    ['only other things are set', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_SERVICE_NAME: 'w' }, undefined],
    ['the endpoint is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }, undefined],
    ['the SDK is disabled', { ...ON, OTEL_SDK_DISABLED: 'TRUE', OTEL_TRACES_SAMPLER: 'x' }, undefined],
    ['there is to be no exporter', { ...ON, OTEL_TRACES_EXPORTER: 'none' }, undefined],
    ['a base is given', ON, 'http://127.0.0.1:4318/v1/traces'],
    [
      'a base with a path is given',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c.test/otlp' },
      'https://c.test/otlp/v1/traces',
    ],
    ['it ends with a slash', { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c.test/otlp/' }, 'https://c.test/otlp/v1/traces'],
    ['a whole URL is given', { ...ON, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://c.test/x' }, 'https://c.test/x'],
  ])('%s', (_, env, url) => {
    expect(read(env)).toEqual({ url, faults: [], warnings: [] });
  });

  test('what the OpenTelemetry SDK understands is no fault', () => {
    const env = {
      ...ON,
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc==,x-scope-orgid=1',
      OTEL_EXPORTER_OTLP_TIMEOUT: '5000',
      OTEL_BSP_MAX_QUEUE_SIZE: '4096',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test,team=identity',
      OTEL_PROPAGATORS: 'tracecontext, baggage',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    };
    expect(read(env)).toEqual({ url: 'http://127.0.0.1:4318/v1/traces', faults: [], warnings: [] });
  });

  test('names every fault at once, without a secret', () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:hidden@127.0.0.1:4318',
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'br',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '2',
      OTEL_EXPORTER_OTLP_TIMEOUT: '10s',
      OTEL_BSP_SCHEDULE_DELAY: '0',
      OTEL_EXPORTER_OTLP_HEADERS: 'hidden',
      OTEL_RESOURCE_ATTRIBUTES: 'team',
      OTEL_PROPAGATORS: 'tracecontext,b3',
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/ca.pem',
    };
    expect(read(env)).toEqual({
      url: undefined,
      faults: [
        'OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https URL without user, password and query, such as http://127.0.0.1:4318',
        'OTEL_TRACES_EXPORTER must be otlp or none, got "console"',
        'OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, got "grpc"',
        'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION must be gzip or none, got "br"',
        'OTEL_TRACES_SAMPLER_ARG must be the part of the traces that is kept, from 0 to 1, got "2"',
        'OTEL_EXPORTER_OTLP_TIMEOUT must be a whole number above 0, got "10s"',
        'OTEL_BSP_SCHEDULE_DELAY must be a whole number above 0, got "0"',
        'OTEL_EXPORTER_OTLP_HEADERS must be a list of name=value with commas between',
        'OTEL_RESOURCE_ATTRIBUTES must be a list of name=value with commas between',
        'OTEL_PROPAGATORS must be of tracecontext, baggage, none, got "tracecontext,b3"',
        'OTEL_EXPORTER_OTLP_CERTIFICATE cannot be used: name the certificates that Node trusts besides in NODE_EXTRA_CA_CERTS',
      ],
      warnings: [],
    });
  });

  test.each(['collector:4318', 'ftp://c.test', 'http://', 'https://c.test?key=hidden', 'https://c.test#x'])(
    'an endpoint cannot be %s',
    (endpoint) => {
      expect(read({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint }).faults).toEqual([
        'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT must be an http or https URL without user, password and query, such as http://127.0.0.1:4318',
      ]);
    },
  );

  test('a ratio needs its number', () => {
    expect(read({ ...ON, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio' }).faults).toEqual([
      'OTEL_TRACES_SAMPLER_ARG must be the part of the traces that is kept, from 0 to 1, got ""',
    ]);
  });

  test('warns of a sampler that keeps more than it seems to', () => {
    expect(read({ ...ON, OTEL_TRACES_SAMPLER: 'parentbased_always_off' }).warnings).toEqual([
      'OTEL_TRACES_SAMPLER=parentbased_always_off leaves out no follow that an untraced caller started; traceidratio and always_off do',
    ]);
  });

  test.each<[string, string[]]>([
    ['http://127.0.0.1:4318', []],
    ['https://c.test', []],
    ['http://c.test', ['The headers of OTEL_EXPORTER_OTLP_HEADERS go to c.test in clear text: use https']],
  ])('tells whether headers to %s can be read on their way', (endpoint, warnings) => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=x' };
    expect(read(env)).toMatchObject({ faults: [], warnings });
  });
});

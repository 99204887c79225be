import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

import protobuf from 'protobufjs';

/** A span as it came. */
export interface ReceivedSpan {
  name: string;
  /** By OTLP: 1 internal, 3 client. */
  kind: number;
  traceId: string;
  spanId: string;
  /** Empty for the root of a trace. */
  parentSpanId: string;
  startNanos: bigint;
  attributes: Record<string, unknown>;
  /** Of its process. */
  resource: Record<string, unknown>;
  /** By OTLP: 0 unset, 1 ok, 2 error. */
  status: { code: number; message: string };
  events: { name: string; attributes: Record<string, unknown> }[];
}

/** A collector on loopback that keeps what it gets. */
export interface OtlpReceiver {
  /** Base URL. */
  url: string;
  spans: ReceivedSpan[];
  requests: { path: string | undefined; headers: IncomingHttpHeaders }[];
  /** Status of its answers from now on; at first 200. Spans are kept with that one only. `none` leaves requests open. */
  setAnswer(status: number | 'none'): void;
  close(): Promise<void>;
}

/** What is read here of the messages of OTLP. */
const SCHEMA = `
syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; repeated KeyValue attributes = 9; repeated Event events = 11; Status status = 15;
}
message Event { string name = 2; repeated KeyValue attributes = 3; }
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value {
    string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; ArrayValue array_value = 5;
    KeyValueList kvlist_value = 6; bytes bytes_value = 7;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
`;

interface Request {
  resourceSpans: { resource: { attributes: KeyValue[] }; scopeSpans: { spans: WireSpan[] }[] }[];
}

interface WireSpan extends Pick<ReceivedSpan, 'name' | 'kind'> {
  traceId: Buffer;
  spanId: Buffer;
  parentSpanId: Buffer;
  startTimeUnixNano: string;
  attributes: KeyValue[];
  status: ReceivedSpan['status'] | null;
  events: { name: string; attributes: KeyValue[] }[];
}

interface KeyValue {
  key: string;
  value: AnyValue | null;
}

/** Exactly one of them. */
interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: number;
  doubleValue?: number;
  arrayValue?: { values: AnyValue[] };
  kvlistValue?: { values: KeyValue[] };
  bytesValue?: Buffer;
}

/** Starts a collector that takes OTLP over HTTP, as protobuf, on a free port. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const type = protobuf.parse(SCHEMA).root.lookupType('Request');
  const spans: ReceivedSpan[] = [];
  const requests: OtlpReceiver['requests'] = [];
  let answer: number | 'none' = 200;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({ path: request.url, headers: request.headers });
      if (answer === 'none') return;
      const body = Buffer.concat(chunks);
      const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      if (answer === 200) {
        const message = type.toObject(type.decode(bytes), { longs: String, bytes: Buffer, defaults: true });
        spans.push(...readSpans(message as Request));
      }
      // A refusal that quotes what it refuses.
      response.writeHead(answer, answer === 200 ? 'OK' : `Refused ${request.headers.authorization ?? ''}`).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    setAnswer: (status) => (answer = status),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function readSpans({ resourceSpans }: Request): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map((span) => ({
        name: span.name,
        kind: span.kind,
        traceId: span.traceId.toString('hex'),
        spanId: span.spanId.toString('hex'),
        parentSpanId: span.parentSpanId.toString('hex'),
        startNanos: BigInt(span.startTimeUnixNano),
        attributes: readAttributes(span.attributes),
        resource: readAttributes(resource.attributes),
        status: span.status ?? { code: 0, message: '' },
        events: span.events.map(({ name, attributes }) => ({ name, attributes: readAttributes(attributes) })),
      })),
  );
}

function readAttributes(pairs: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, readValue(value ?? {})]));
}

function readValue(value: AnyValue): unknown {
  if (value.arrayValue) return value.arrayValue.values.map(readValue);
  if (value.kvlistValue) return readAttributes(value.kvlistValue.values);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue;
}

/**
 * Draws the spans of a trace as lines, each indented below its parent, in the order of their beginnings.
 *
 * @param spans - of one trace; each with its parent, but for the root
 */
export function drawTrace(spans: readonly ReceivedSpan[]): string[] {
  const ordered = [...spans].sort((a, b) => Number(a.startNanos - b.startNanos));
  const below = (parent: string, indent: string): string[] =>
    ordered
      .filter(({ parentSpanId }) => parentSpanId === parent)
      .flatMap(({ name, spanId, resource }) => [
        `${indent}${name} (${String(resource['service.name'])})`,
        ...below(spanId, `${indent}  `),
      ]);
  return below('', '');
}

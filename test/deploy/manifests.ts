import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { parse, parseAllDocuments } from 'yaml';

import { root } from '../support/project';

/** Where the Kubernetes manifests are, relative to the project. */
export const MANIFESTS = path.join('deploy', 'kubernetes');

/** A kustomization or component, as far as these manifests use it. */
export interface Kustomization {
  kind: string;
  resources?: string[];
  components?: string[];
  configurations?: string[];
  patches?: { path: string }[];
  configMapGenerator?: { name: string; envs?: string[]; literals?: string[]; behavior?: string }[];
  images?: { name: string; newTag: string }[];
}

export interface HttpProbe {
  httpGet: { path: string; port: string };
  periodSeconds: number;
  timeoutSeconds: number;
  failureThreshold: number;
}

/** The only container of a pod of ours. */
export interface Container {
  name: string;
  image: string;
  command?: string[];
  envFrom?: object[];
  env?: { name: string; value: string }[];
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  ports: { name: string; containerPort: number }[];
  startupProbe: HttpProbe;
  livenessProbe: HttpProbe;
  readinessProbe: HttpProbe;
  securityContext: object;
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
}

export interface PodTemplate {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    serviceAccountName: string;
    automountServiceAccountToken: boolean;
    enableServiceLinks: boolean;
    terminationGracePeriodSeconds: number;
    securityContext: object;
    containers: [Container];
    volumes: { name: string; emptyDir?: object; projected?: { sources: { secret: { name: string } }[] } }[];
  };
}

/** A Deployment or a WorkerDeployment. */
export interface Workload {
  kind: string;
  metadata: { name: string; labels: Record<string, string> };
  spec: { replicas: number; selector: object; template: PodTemplate; [field: string]: unknown };
}

/** Folders of the manifests, each with a kustomization.yaml. */
export const folders = readdirSync(path.join(root, MANIFESTS)).sort();

export function filesOf(folder: string): string[] {
  return readdirSync(path.join(root, MANIFESTS, folder)).sort();
}

export function textOf(...parts: string[]): string {
  return readFileSync(path.join(root, MANIFESTS, ...parts), 'utf8');
}

/** Reads the only document of a manifest. */
export function manifest<T>(folder: string, file: string): T {
  return parse(textOf(folder, file)) as T;
}

/** Reads what `kubectl kustomize` prints. */
export function documents(text: string): Workload[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Workload);
}

/** Reads a file of `NAME=value` lines. */
export function variablesOf(folder: string, file: string): Record<string, string> {
  const lines = textOf(folder, file)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

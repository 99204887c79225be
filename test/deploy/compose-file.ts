import { readFileSync } from 'node:fs';
import path from 'node:path';

import { parse } from 'yaml';

import { root } from '../support/project';

/** A service of docker-compose.yml, as far as the tests look at it. */
export interface Service {
  image: string;
  build?: string;
  profiles: string[];
  restart: string;
  init?: boolean;
  read_only?: boolean;
  mem_limit?: string;
  cap_drop?: string[];
  security_opt?: string[];
  logging?: { driver: string; options: Record<string, string> };
  entrypoint?: string[];
  command?: string[];
  ports?: string[];
  volumes?: string[];
  secrets?: string[];
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
}

const file = path.join(root, 'docker-compose.yml');

/** Its text, e.g. for the variables that it takes. */
export const composeText = readFileSync(file, 'utf8');

export const compose = parse(composeText, { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
};

export const services = Object.entries(compose.services);

/** Returns the service of that name. */
export function service(name: string): Service {
  const found = compose.services[name];
  if (!found) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

/** Files of the checkout that a service mounts, as `[source, target]`. */
export function bindMounts({ volumes = [] }: Service): [string, string][] {
  return volumes.flatMap((volume): [string, string][] => {
    const [source = '', target = ''] = volume.split(':');
    return source.startsWith('.') ? [[source, target]] : [];
  });
}

import { parse } from 'yaml';

/** What a step is: the database and the server stay up, a job ends. */
export type StepKind = 'database' | 'job' | 'server';

/** A service that the worker of docker-compose.yml waits for, as Compose would start it. */
export interface Step {
  /** Also its host name for the other services. */
  name: string;
  kind: StepKind;
  image: string;
  environment: Readonly<Record<string, string>>;
  /** Entrypoint and command; empty where the image's own is used. */
  command: readonly string[];
  /** Files of the checkout that the service sees at other paths. */
  mounts: readonly Mount[];
  /** How often Compose starts a failed job again. */
  retries: number;
}

/** A bind mount; named volumes are left out. */
export interface Mount {
  /** Relative to docker-compose.yml. */
  source: string;
  target: string;
}

interface Service {
  image?: string;
  build?: unknown;
  restart?: string;
  entrypoint?: string[];
  command?: string[];
  environment?: Record<string, string | number | boolean>;
  volumes?: string[];
  depends_on?: string[] | Record<string, unknown>;
}

const KINDS: Readonly<Record<string, StepKind>> = {
  postgres: 'database',
  'temporalio/admin-tools': 'job',
  'temporalio/server': 'server',
};

/** The forms of `$` in a Compose file: `$$`, `${NAME}` with `:-`, `-`, `:?` or `?`, `$NAME`; last one that is none. */
const REFERENCE = /\$(?:\$|\{(\w+)(?:(:?[-?])([^${}]*))?\}|(\w+)|)/g;

/**
 * Lists what the worker waits for, in the order in which Compose starts it. Services are told by their image, so that
 * their names may change.
 *
 * @param variables - values of `${NAME}` references
 * @throws Error naming every variable that is missing, and anything of the file that is not understood
 */
export function readComposeSteps(composeText: string, variables: Readonly<Record<string, string>>): Step[] {
  const { services } = parse(composeText, { merge: true }) as { services: Record<string, Service> };
  const faults = new Set<string>();
  const resolve = (text: string): string => interpolate(text, variables, (fault) => faults.add(fault));

  const order = new Set<string>();
  const visit = (name: string): void => {
    if (order.has(name)) return;
    dependenciesOf(services[name]).forEach(visit);
    order.add(name);
  };
  for (const [name, { build }] of Object.entries(services)) if (build !== undefined) visit(name);

  const steps = [...order].flatMap((name): Step[] => {
    const service = services[name];
    if (!service) throw new Error(`A service depends on ${name}, which docker-compose.yml does not have`);
    if (service.build !== undefined) return [];
    const image = resolve(service.image ?? '');
    const kind = KINDS[image.split(':', 1)[0] ?? ''];
    if (!kind) throw new Error(`The worker waits for ${name}, whose image ${image} is none that can be run here`);
    return [
      {
        name,
        kind,
        image,
        environment: Object.fromEntries(
          Object.entries(service.environment ?? {}).map(([key, value]) => [key, resolve(String(value))]),
        ),
        command: [...(service.entrypoint ?? []), ...(service.command ?? [])].map(resolve),
        mounts: (service.volumes ?? []).map(resolve).flatMap(bindMount),
        retries: Number(/^on-failure:(\d+)$/.exec(service.restart ?? '')?.[1] ?? 0),
      },
    ];
  });
  for (const kind of ['database', 'server'] as const) {
    const { length } = steps.filter((step) => step.kind === kind);
    if (length !== 1) faults.add(`the worker must wait for one ${kind}, not for ${length}`);
  }
  if (faults.size > 0) throw new Error(`docker-compose.yml cannot be followed: ${[...faults].join('; ')}`);
  return steps;
}

function dependenciesOf({ depends_on: needs = [] }: Service = {}): string[] {
  return Array.isArray(needs) ? needs : Object.keys(needs);
}

function bindMount(volume: string): Mount[] {
  const [source = '', target = ''] = volume.split(':');
  return /^[./]/.test(source) ? [{ source, target }] : [];
}

function interpolate(
  text: string,
  variables: Readonly<Record<string, string>>,
  report: (fault: string) => void,
): string {
  const resolve = (form: string, name: string | undefined, operator: string, word: string): string => {
    if (form === '$$') return '$';
    if (name === undefined) {
      report(`a "$" of ${JSON.stringify(text)} is no reference that is understood`);
      return form;
    }
    const value = variables[name];
    if (value !== undefined && (value !== '' || !operator.startsWith(':'))) return value;
    if (operator.endsWith('?')) report(`${name} is missing (${word})`);
    return operator.endsWith('-') ? word : '';
  };
  return text.replace(
    REFERENCE,
    (
      form: string,
      braced: string | undefined,
      operator: string | undefined,
      word: string | undefined,
      plain?: string,
    ) => resolve(form, braced ?? plain, operator ?? '', word ?? ''),
  );
}

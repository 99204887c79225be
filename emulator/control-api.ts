import { readAccounts } from './accounts';
import { readDirectory } from './directory';
import { type EmulatorControls } from './emulator';
import { type HttpCall } from './http-call';
import { number, objectOf } from './json-reader';
import { readLostAnswers } from './lost-answers';
import { readMetadata } from './metadata-api';
import { readOutages } from './outages';
import { readSts } from './sts-api';
import { parseTaskScript } from './task-scripts';

/** What the control API answers: a status, and JSON unless it is 204. */
export interface ControlReply {
  httpStatus: number;
  value?: unknown;
}

type View = (query: URLSearchParams) => unknown;
type Setting = (value: unknown) => void;

/** Every path of the control API starts with this. */
export const CONTROL_PREFIX = '/_emulator/';

const readClock = objectOf<{ offsetSeconds: number }>({ offsetSeconds: number }, 'offsetSeconds');

/** The unsigned HTTP API that scripts the emulator from other processes. */
export class ControlApi {
  private readonly views: ReadonlyMap<string, View>;
  private readonly settings: ReadonlyMap<string, Setting>;

  constructor(
    private readonly emulator: EmulatorControls,
    now: () => number,
  ) {
    this.views = new Map<string, View>([
      ['requests', (query) => emulator.requests(query.get('taskId') ?? undefined)],
      ['user-syncs', (query) => emulator.userSyncs(zoneIdOf(query))],
      ['user-sync-tasks', (query) => emulator.userSyncTasks(zoneIdOf(query))],
    ]);
    this.settings = new Map<string, Setting>([
      ['lost-answers', (value) => emulator.setLostAnswers(readLostAnswers(value, 'lostAnswers'))],
      ['accounts', (value) => emulator.setAccounts(readAccounts(value, 'accounts'))],
      ['outages', (value) => emulator.setOutages(readOutages(value, 'outages', now()))],
      ['clock', (value) => emulator.setClockOffset(readClock(value, 'clock').offsetSeconds * 1000)],
      ['sts', (value) => emulator.setSts(readSts(value, 'sts'))],
      ['metadata', (value) => emulator.setMetadata(value === null ? undefined : readMetadata(value, 'metadata'))],
    ]);
  }

  /** Answers one request. */
  answer({ method, url, body }: HttpCall): ControlReply {
    const { pathname, searchParams } = new URL(url, 'http://emulator');
    const name = pathname.slice(CONTROL_PREFIX.length);
    try {
      const view = this.views.get(name);
      if (method === 'GET' && view) return { httpStatus: 200, value: view(searchParams) };
      const set = this.settings.get(name) ?? this.zoneSetting(name);
      if (method !== 'PUT' || !set) return { httpStatus: 404, value: { error: this.usage() } };
      set(JSON.parse(body.toString()));
      return { httpStatus: 204 };
    } catch (error) {
      return { httpStatus: 400, value: { error: error instanceof Error ? error.message : String(error) } };
    }
  }

  private zoneSetting(name: string): Setting | undefined {
    const [kind, zoneId, taskId, ...rest] = name.split('/').map(decodeURIComponent);
    if (!zoneId || rest.length > 0) return undefined;
    if (kind === 'zones' && taskId === undefined) {
      return (value) => this.emulator.setZone(zoneId, readDirectory(value, 'zone'));
    }
    if (kind !== 'tasks' || !taskId) return undefined;
    return (value) => this.emulator.setTask(zoneId, taskId, parseTaskScript(value));
  }

  private usage(): string {
    const settings = ['zones/{zoneId}', 'tasks/{zoneId}/{taskId}', ...this.settings.keys()];
    return `use GET ${pathsOf(this.views.keys())} or PUT ${pathsOf(settings)}`;
  }
}

function zoneIdOf(query: URLSearchParams): string {
  const zoneId = query.get('zoneId');
  if (!zoneId) throw new TypeError('zoneId is missing');
  return zoneId;
}

function pathsOf(names: Iterable<string>): string {
  return [...names].map((name) => `${CONTROL_PREFIX}${name}`).join(', ');
}

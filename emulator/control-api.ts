import { readAccounts } from './accounts';
import { type EmulatorControls } from './emulator';
import { type HttpCall } from './http-call';
import { number, objectOf } from './json-reader';
import { readMetadata } from './metadata-api';
import { readOutages } from './outages';
import { readSts } from './sts-api';
import { parseTaskScript } from './task-scripts';

/** What the control API answers: a status, and JSON unless it is 204. */
export interface ControlReply {
  httpStatus: number;
  value?: unknown;
}

type Setting = (value: unknown) => void;

/** Every path of the control API starts with this. */
export const CONTROL_PREFIX = '/_emulator/';

const readClock = objectOf<{ offsetSeconds: number }>({ offsetSeconds: number }, 'offsetSeconds');

/** The unsigned HTTP API that scripts the emulator from other processes. */
export class ControlApi {
  private readonly settings: ReadonlyMap<string, Setting>;

  constructor(
    private readonly emulator: EmulatorControls,
    now: () => number,
  ) {
    this.settings = new Map<string, Setting>([
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
    if (method === 'GET' && name === 'requests') {
      return { httpStatus: 200, value: this.emulator.requests(searchParams.get('taskId') ?? undefined) };
    }
    try {
      const set = this.settings.get(name) ?? this.taskSetting(name);
      if (method !== 'PUT' || !set) return { httpStatus: 404, value: { error: this.usage() } };
      set(JSON.parse(body.toString()));
      return { httpStatus: 204 };
    } catch (error) {
      return { httpStatus: 400, value: { error: error instanceof Error ? error.message : String(error) } };
    }
  }

  private taskSetting(name: string): Setting | undefined {
    const ids = /^tasks\/([^/]+)\/([^/]+)$/.exec(name)?.slice(1);
    const [zoneId, taskId] = ids?.map(decodeURIComponent) ?? [];
    if (!zoneId || !taskId) return undefined;
    return (value) => this.emulator.setTask(zoneId, taskId, parseTaskScript(value));
  }

  private usage(): string {
    const settings = ['tasks/{zoneId}/{taskId}', ...this.settings.keys()];
    return `use GET ${CONTROL_PREFIX}requests or PUT ${settings.map((name) => `${CONTROL_PREFIX}${name}`).join(', ')}`;
  }
}

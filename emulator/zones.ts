import { type Directory } from './directory';
import { type Refusal } from './signature';
import { UserSyncs } from './user-syncs';
import { ZoneTasks } from './zone-tasks';

/** One space of Identity Center. */
export interface Zone {
  directory: Directory;
  readonly tasks: ZoneTasks;
  readonly syncs: UserSyncs;
}

/** Refuses a call that names a zone that does not exist. */
export const ZONE_NOT_EXIST: Refusal = {
  code: 'FailedOperation.ZoneIdNotExist',
  message: 'The space does not exist.',
};

/** All zones; ids of user syncs and tasks are given out once for all of them. */
export class Zones {
  private readonly zones = new Map<string, Zone>();
  private readonly nextSyncNumber = counter();
  private readonly nextTaskNumber = counter();

  constructor(private readonly now: () => number) {}

  /** Finds a zone that exists. */
  get(zoneId: string): Zone | undefined {
    return this.zones.get(zoneId);
  }

  /** Finds a zone, which exists from then on. */
  open(zoneId: string): Zone {
    const known = this.zones.get(zoneId);
    if (known) return known;
    const tasks = new ZoneTasks(this.nextTaskNumber, this.now);
    const zone = { directory: {}, tasks, syncs: new UserSyncs(tasks, this.nextSyncNumber, this.now) };
    this.zones.set(zoneId, zone);
    return zone;
  }
}

function counter(): () => number {
  let last = 0;
  return () => (last += 1);
}

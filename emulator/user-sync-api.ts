import { type ApiCall, type CloudApi } from './gateway';
import { type LostAnswer, type LostAnswers } from './lost-answers';
import { pageOf, type PageRequest } from './pages';
import { type Pauses } from './pauses';
import { type Content, envelope, errorContent, refuse, type Reply, replyWith } from './reply';
import { type Refusal } from './signature';
import { taskInfo, userProvisioning, userProvisioningsTask } from './user-sync-answers';
import {
  checkUserSyncCall,
  identityFilter,
  type IdentityFilter,
  type Optional,
  USER_SYNC_ACTIONS,
  type UserSyncAction,
  type UserSyncProvisioning,
  wantedUserSync,
} from './user-sync-parameters';
import { type UserSyncSettings } from './user-syncs';
import { type Zone, ZONE_NOT_EXIST, type Zones } from './zones';

interface CreateRequest {
  UserSyncProvisionings: UserSyncProvisioning[];
}

interface SyncRequest {
  UserProvisioningId: string;
}

interface UpdateRequest extends SyncRequest {
  NewDescription?: Optional<string>;
  NewDuplicationStateful?: Optional<UserSyncSettings['duplicationStrategy']>;
  NewDeletionStrategy?: Optional<UserSyncSettings['deletionStrategy']>;
}

interface ListRequest extends IdentityFilter, PageRequest {
  Filter?: Optional<string>;
}

interface ListTasksRequest extends IdentityFilter, PageRequest {
  RoleConfigurationId?: Optional<string>;
  Status?: Optional<string>;
  TaskType?: Optional<string>;
}

const SYNC_NOT_FOUND: Refusal = {
  code: 'ResourceNotFound.UserProvisioningNotFound',
  message: 'The user synchronization does not exist.',
};
const INTERNAL_ERROR: Refusal = { code: 'InternalError', message: 'An internal error has occurred.' };

/** The actions that keep the user syncs of all zones, and ListTasks. */
export class UserSyncApi implements CloudApi {
  readonly service = 'organization';
  readonly version = '2021-03-31';
  readonly actions = USER_SYNC_ACTIONS;

  constructor(
    private readonly zones: Zones,
    private readonly lostAnswers: LostAnswers,
    private readonly pauses: Pauses,
  ) {}

  /** Answers the {@link USER_SYNC_ACTIONS}. */
  answer({ action, params }: ApiCall): Reply {
    const known = action as UserSyncAction;
    const refusal = checkUserSyncCall(known, params);
    if (refusal) return refuse(refusal);
    const request: unknown = params;
    const zone = this.zones.get((request as { ZoneId: string }).ZoneId);
    if (!zone) return refuse(ZONE_NOT_EXIST);
    switch (known) {
      case 'CreateUserSyncProvisioning':
        return this.create(zone, request as CreateRequest);
      case 'DeleteUserSyncProvisioning':
        return this.delete(zone, request as SyncRequest);
      case 'UpdateUserSyncProvisioning':
        return this.update(zone, request as UpdateRequest);
      case 'GetUserSyncProvisioning':
        return inFull(getUserSync(zone, request as SyncRequest));
      case 'ListUserSyncProvisionings':
        return inFull(listUserSyncs(zone, request as ListRequest));
      case 'ListTasks':
        return inFull(listTasks(zone, request as ListTasksRequest));
    }
  }

  private create(zone: Zone, { UserSyncProvisionings: entries }: CreateRequest): Reply {
    const wanted = entries.map(wantedUserSync);
    zone.syncs.noteCreateCall(wanted);
    const principalIds = wanted.map(({ principalId }) => principalId);
    return this.write('CreateUserSyncProvisioning', principalIds, () => {
      const created = zone.syncs.create(wanted, zone.directory);
      if ('refusal' in created) return errorContent(created.refusal);
      return envelope('Tasks', { Tasks: created.started.map(userProvisioningsTask) });
    });
  }

  private delete(zone: Zone, { UserProvisioningId: id }: SyncRequest): Reply {
    return this.write('DeleteUserSyncProvisioning', principalOf(zone, id), () => {
      const removal = zone.syncs.remove(id, zone.directory);
      return removal ? envelope('Tasks', { Tasks: userProvisioningsTask(removal) }) : errorContent(SYNC_NOT_FOUND);
    });
  }

  private update(zone: Zone, request: UpdateRequest): Reply {
    const { UserProvisioningId: id } = request;
    return this.write('UpdateUserSyncProvisioning', principalOf(zone, id), () =>
      zone.syncs.update(id, changedSettings(request)) ? envelope('RequestId', {}) : errorContent(SYNC_NOT_FOUND),
    );
  }

  private write(action: LostAnswer['action'], principalIds: readonly string[], work: () => Content): Reply {
    const lost = this.lostAnswers.take(action, principalIds);
    if (!lost) return inFull(work());
    const { done, how, lateMs = 0 } = lost;
    if (done && lateMs > 0) void this.pauses.wait(lateMs).then(work);
    else if (done) work();
    return replyWith(how === 'InternalError' ? {} : { [how]: true }, () => errorContent(INTERNAL_ERROR));
  }
}

function getUserSync({ syncs }: Zone, { UserProvisioningId: id }: SyncRequest): Content {
  const sync = syncs.get(id);
  if (!sync) return errorContent(SYNC_NOT_FOUND);
  return envelope('UserProvisioning', { UserProvisioning: userProvisioning(sync) });
}

function listUserSyncs({ syncs }: Zone, request: ListRequest): Content {
  const words = request.Filter ?? '';
  const matching = syncs
    .matching(identityFilter(request))
    .filter(({ principalId, targetUin }) => principalId.includes(words) || targetUin.includes(words));
  const page = pageOf(matching, request, ({ number }) => number);
  if ('refusal' in page) return errorContent(page.refusal);
  return envelope('UserProvisionings', { UserProvisionings: page.items.map(userProvisioning), ...page.fields });
}

function listTasks({ tasks, directory }: Zone, request: ListTasksRequest): Content {
  const { RoleConfigurationId: role, Status: wantedStatus, TaskType: wantedType } = request;
  // The tasks of user syncs belong to no role configuration, and these are the only tasks of the emulator.
  const isNone = directory.listsTasks === false || Boolean(role);
  const matching = (isNone ? [] : tasks.ofUserSync(identityFilter(request))).flatMap((task) => {
    const answer = tasks.get(task.taskId)?.next();
    const isWanted =
      (wantedStatus ?? answer?.status) === answer?.status && (wantedType ?? task.taskType) === task.taskType;
    return answer && isWanted ? [{ task, answer }] : [];
  });
  const page = pageOf(matching, request, ({ task }) => -task.number);
  if ('refusal' in page) return errorContent(page.refusal);
  return envelope('Tasks', { Tasks: page.items.map(({ task, answer }) => taskInfo(task, answer)), ...page.fields });
}

function changedSettings(request: UpdateRequest): Partial<UserSyncSettings> {
  const { NewDescription: description, NewDuplicationStateful, NewDeletionStrategy } = request;
  return {
    ...(typeof description === 'string' && { description }),
    ...(NewDuplicationStateful && { duplicationStrategy: NewDuplicationStateful }),
    ...(NewDeletionStrategy && { deletionStrategy: NewDeletionStrategy }),
  };
}

function principalOf({ syncs }: Zone, userProvisioningId: string): string[] {
  const sync = syncs.get(userProvisioningId);
  return sync ? [sync.principalId] : [];
}

function inFull(content: Content): Reply {
  return { how: {}, content };
}

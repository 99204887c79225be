export { deprovisionUsers } from './deprovision-users';
export { followProvisioningTask } from './follow-provisioning-task';
export { provisionUsers } from './provision-users';
export { readUserSyncs } from './read-user-syncs';

export { followProvisioningTask } from './follow-provisioning-task';

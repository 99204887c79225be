import { openCloud } from '../../src/tencent';
import { ZONE } from '../emulator-messages';

/** Asks the cloud for the status of a task with one signed request; rejects as the project's own client does. */
export type StatusCall = (taskId: string) => Promise<string>;

/**
 * Makes the call that every peer uses, so that they differ in nothing but their waiting: the project's own client,
 * one for the process, without any pace.
 *
 * @param env - PROVISIONING_ENDPOINT, and the key in TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY
 */
export function openStatusCall(env: NodeJS.ProcessEnv): StatusCall {
  const { PROVISIONING_ENDPOINT: endpoint = '' } = env;
  const { organization } = openCloud({ endpoint }, { env, homeDir: '/nonexistent', notify: () => undefined });
  return async (taskId) => {
    const { status } = await organization.getProvisioningTaskStatus({ zoneId: ZONE, taskId });
    return status;
  };
}

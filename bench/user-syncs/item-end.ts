/** What a tool knows of an item when it is done. */
export interface ItemEnd {
  principalId: string;
  /** How the task ended, as far as the tool has ever said so. */
  taskEnd?: 'Success' | 'Failed';
  /** Why it failed, as the tool says it. */
  failureReason?: string;
  /** By this the tool can find the sync again. */
  userProvisioningId?: string;
  /** The last that the tool says of it is an error. */
  isError: boolean;
}

/** After a lost answer the cloud may still be at work, so what is not to be seen yet is looked for again. */
export const LOOK_AFTER_SECONDS = [2, 8] as const;
/** From then on an item goes alone, since it may be what the answers of its lists are lost for. */
export const LOSSES_TO_GO_ALONE = 2;
/** After so many lost answers, each followed by a look at a cloud that works, nobody knows what is wrong. */
export const MAX_LOSSES = 6;

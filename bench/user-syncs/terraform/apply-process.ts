import { READY } from '../../peers/peer-protocol';

import { apply, type ApplyOrder } from './apply';
import { openOrganizationCall } from './organization-call';

/** Runs one `apply` for the process that forked this one: a kill must end it as it would end Terraform. */
function main(): void {
  const call = openOrganizationCall(process.env);
  process.on('message', (order: ApplyOrder) => {
    void apply(call, order).then((errors) => process.send?.(errors));
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(READY);
}

if (require.main === module) main();

import { IdentityIndex } from '../../emulator/identity-index';
import { type SyncIdentity } from '../../emulator/sync-identity';

const identity = (changes: Partial<SyncIdentity>): SyncIdentity => ({
  principalType: 'User',
  principalId: 'u-1',
  targetType: 'MemberUin',
  targetUin: '1',
  ...changes,
});

const A = identity({});
const B = identity({ principalType: 'Group' });
const C = identity({ targetUin: '2' });
const D = identity({ principalId: 'u-2', targetType: 'ManagerUin' });

it.each<[Partial<SyncIdentity>, SyncIdentity[]]>([
  [{}, [A, B, C, D]],
  [{ principalId: 'u-1' }, [A, B, C]],
  [{ targetUin: '1' }, [A, B, D]],
  [{ principalId: 'u-1', targetUin: '1' }, [A, B]],
  [{ principalId: 'u-2', targetUin: '1' }, [D]],
  [{ principalType: 'Group' }, [B]],
  [{ targetType: 'ManagerUin' }, [D]],
  [A, [A]],
  [{ principalId: 'u-3' }, []],
  [{ principalId: 'u-2', targetUin: '2' }, []],
])('finds what matches %j, in order', (filter, found) => {
  const index = new IdentityIndex<SyncIdentity>();
  [A, B, C, D].forEach((entry) => index.add(entry));
  expect(index.matching(filter)).toEqual(found);
});

it('forgets what is deleted', () => {
  const index = new IdentityIndex<SyncIdentity>();
  [A, B].forEach((entry) => index.add(entry));
  index.delete(A);
  index.delete(C);
  expect([{}, { principalId: 'u-1' }, { targetUin: '1' }].map((filter) => index.matching(filter))).toEqual([
    [B],
    [B],
    [B],
  ]);
});

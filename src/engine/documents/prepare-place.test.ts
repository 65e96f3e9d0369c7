import { deepEqual, match } from 'node:assert/strict';
import { test } from 'node:test';
import { objectId } from '../../domain/object-id.ts';
import { readVersion } from '../../domain/version.ts';
import type { PreparationPlace } from './prepare-place.ts';
import { placeProblems } from './prepare-place.ts';

const fine: PreparationPlace = {
  version: readVersion('1.2.0'),
  status: { branch: 'main', head: objectId('a'.repeat(40)), operation: undefined, changes: [] },
  git: { branch: 'main', releaseBranches: ['main', 'hotfix/*'], ignoreTags: [] },
  tagged: [],
  contained: [],
  files: ['CHANGELOG.md'],
  remote: { is: 'unknown', hasHead: false, unpushed: [] },
  push: false,
};
const problems = (change: Partial<PreparationPlace>, status: Partial<PreparationPlace['status']> = {}) =>
  placeProblems({ ...fine, ...change, status: { ...fine.status, ...status } }).map(({ message }) => message);

test('placeProblems() has nothing against a clean release branch, its own files, or what git does not know', () => {
  const changes = [
    { path: 'CHANGELOG.md', kind: 'unstaged' },
    { path: 'CHANGELOG.md', kind: 'staged' },
    { path: 'notes/', kind: 'untracked' },
  ] as const;
  deepEqual(problems({}, { changes }), []);
  deepEqual(problems({ version: readVersion('1.1.1') }, { branch: 'hotfix/v1.1.1' }), []);
  deepEqual(problems({ version: readVersion('1.1.1-rc.1') }, { branch: 'hotfix/1.1.1' }), []);
  deepEqual(problems({}, { branch: 'hotfix/leak' }), []);
});

test('placeProblems() names every other change, at most ten of them, and what the index holds by halves', () => {
  const changes = Array.from({ length: 12 }, (_, index) => ({ path: `f${index}\u001b`, kind: 'unstaged' }) as const);
  const [said = ''] = problems({}, { changes });
  match(said, /^other files are changed: "f0\\u\{1b\}" \(unstaged\), .*"f9\\u\{1b\}" \(unstaged\) and 2 more$/);
  const half = { path: 'CHANGELOG.md', kind: 'half-staged' } as const;
  const unmerged = { path: 'CHANGELOG.md', kind: 'unmerged' } as const;
  deepEqual(problems({}, { changes: [unmerged] }), ['"CHANGELOG.md" has conflicts of a merge']);
  deepEqual(problems({}, { changes: [half] }), ['the index holds another "CHANGELOG.md" than HEAD and the disk']);
});

test('placeProblems() refuses what would release something else than is meant', () => {
  const tagged = ['1.1.0', '1.2.1'].map(readVersion);
  deepEqual(problems({ tagged }), ['1.2.1 is tagged in the line 1.2, a version above it is wanted']);
  deepEqual(problems({ tagged: [fine.version] }), ['it is tagged already (git tag v1.2.0)']);
  deepEqual(problems({ tagged, version: readVersion('1.1.1'), contained: tagged }), [
    '"main" is the wrong place: it contains v1.2.1, whose changes would be released as 1.1.1',
  ]);
  deepEqual(problems({}, { branch: 'hotfix/v1.1.1' }), ['the branch "hotfix/v1.1.1" is for 1.1.1']);
  deepEqual(problems({}, { branch: 'feature' }), ['"feature" is no branch for releases, those are "main", "hotfix/*"']);
  deepEqual(problems({}, { operation: 'rebase' }), ['git is in the middle of a rebase']);
  deepEqual(problems({}, { branch: undefined }), ['HEAD is on no branch']);
});

test('placeProblems() lets --push take other commits along on a hotfix branch only', () => {
  const remote = { is: 'here', hasHead: false, unpushed: [objectId('b'.repeat(40))] } as const;
  deepEqual(problems({ remote }), []);
  match(problems({ remote, push: true }).join(), /^1 other commits of "main" are not pushed yet \(bbbbbbbbbbbb\)/);
  deepEqual(problems({ remote, push: true, version: readVersion('1.1.1') }, { branch: 'hotfix/v1.1.1' }), []);
  const behind = { is: 'behind', hasHead: false, unpushed: [] } as const;
  deepEqual(problems({ remote: behind }), ['the remote has commits on "main" that are not here']);
});

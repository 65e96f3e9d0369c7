import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStatus } from './status-lines.ts';

const id = 'a'.repeat(40);
const changed = (xy: string, path: string) => `1 ${xy} N... 100644 100644 100644 ${id} ${id} ${path}\0`;

test('parseStatus() tells staged, unstaged, untracked and unmerged files apart, whatever their names hold', () => {
  const output = [
    `# branch.oid ${id}\0# branch.head hotfix/v1.0.1\0# branch.upstream origin/main\0`,
    changed('M.', 'a b'),
    changed('.M', '# branch.head x'),
    changed('AM', 'new\nline'),
    `u UU N... 100644 100644 100644 100644 ${id} ${id} ${id} both\0`,
    '? folder/\0',
  ].join('');
  assert.deepEqual(parseStatus(output), {
    branch: 'hotfix/v1.0.1',
    head: id,
    changes: [
      { path: 'a b', kind: 'staged' },
      { path: '# branch.head x', kind: 'unstaged' },
      { path: 'new\nline', kind: 'half-staged' },
      { path: 'both', kind: 'unmerged' },
      { path: 'folder/', kind: 'untracked' },
    ],
  });
});

test('parseStatus() gives no branch for a detached HEAD and no head before the first commit', () => {
  assert.deepEqual(parseStatus('# branch.oid (initial)\0# branch.head (detached)\0'), {
    branch: undefined,
    head: undefined,
    changes: [],
  });
});

test('parseStatus() takes a line of another format for no answer, rather than for a clean working copy', () => {
  assert.equal(parseStatus(`# branch.oid ${id}\0 M a.txt\0`), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFolder } from '../test/make/folder.ts';
import { makeGitRepository } from '../test/make/git-repository.ts';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listRepositoryFiles } from './repository-files.ts';

test('a repository has what git would hold, and a tree without one, also inside another repository, what nobody builds there', async (t) => {
  const repository = await makeGitRepository(t);
  await repository.commit({ '.gitignore': 'tree/\n/build/\n', 'a.ts': '1', 'docs/b.md': '2' });
  const files = {
    'new.ts': '3',
    'build/x': '4',
    'tree/.ci/run': '5',
    'tree/src/c.ts': '6',
    'tree/node_modules/d': '7',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(repository.folder, path, '..'), { recursive: true });
    await writeFile(join(repository.folder, path), text);
  }
  const found = await listRepositoryFiles(repository.folder);
  assert.deepEqual(found.toSorted(), ['.gitignore', 'a.ts', 'docs/b.md', 'new.ts']);
  assert.deepEqual(await listRepositoryFiles(join(repository.folder, 'tree')), ['.ci/run', 'src/c.ts']);
  // The clone of a worktree has a file called .git.
  const worktree = join(await makeFolder(t), 'worktree');
  await repository.git('worktree', 'add', '-q', '--detach', worktree);
  assert.deepEqual((await listRepositoryFiles(worktree)).toSorted(), ['.gitignore', 'a.ts', 'docs/b.md']);
});

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { maintainer, runner } from '../../../test/make/actors.ts';
import type { Scope } from '../../../test/make/folder.ts';
import { forceTag } from '../../../test/make/git-attacks.ts';
import { succeed } from '../../../test/make/program.ts';
import type { TestProject } from '../../../test/make/project.ts';
import { silentContext } from '../../../test/make/silent-context.ts';
import { makeTwoReleases } from '../../../test/make/two-releases.ts';
import { openProject } from '../../cli/compose.ts';
import { objectId } from '../../domain/object-id.ts';
import { readVersion } from '../../domain/version.ts';
import type { CriticalChange } from '../../policy/requirement.ts';
import { changeSincePrevious } from './critical-change.ts';
import { readProjectTags } from '../facts/read-tags.ts';

void test('what changed is told from the version before that users really got, whatever else bears a tag', async (t) => {
  const project = await makeTwoReleases(t);
  const changeOf = (version: string, revision = 'HEAD') => ask(t, project, { version, revision });
  await project.commit({ 'db/schema.sql': 'two\n' });
  assert.deepEqual(await changeOf('1.1.1'), { is: 'known', since: 'v1.1.0', paths: ['db/schema.sql'] });
  assert.deepEqual(await changeOf('1.2.0-rc.1'), { is: 'known', since: 'v1.1.0', paths: ['db/schema.sql'] });
  // Of its own line first, though another version is nearer in time.
  const since100 = await changeOf('1.0.1');
  assert.deepEqual([since100.is, since100.is === 'known' && since100.since], ['known', 'v1.0.0']);
  assert.deepEqual(await changeOf('1.0.0'), { is: 'unknown', reason: 'no earlier stable version is published' });

  // Tags that nobody has released must hide no change: a stranger's, and a maintainer's own.
  await forceTag(project, 'v1.1.1', { kind: 'lightweight' });
  await project.tag('1.1.2');
  assert.deepEqual(await changeOf('1.1.3'), { is: 'known', since: 'v1.1.0', paths: ['db/schema.sql'] });

  const withdraw = ['withdraw', '1.1.0', '--reason', 'loses uploads', '--push', '--aliases', 'move'];
  await succeed(withdraw, await maintainer(project));
  const past = await changeOf('1.1.3', 'v1.1.2');
  assert.deepEqual([past.is, past.is === 'known' && past.since], ['known', 'v1.0.0'], 'users went back past it');
});

void test('versions that a checkpoint vouches for count too', async (t) => {
  const project = await makeTwoReleases(t);
  const ada = await maintainer(project);
  await succeed(['import', '--yes', '--push'], ada);
  // Without its statement only the checkpoint says that it was published.
  await rm(project.data, { recursive: true });
  await project.commit({ 'db/schema.sql': 'two\n' });
  assert.deepEqual(await ask(t, project, { version: '1.1.1', revision: 'HEAD' }), {
    is: 'known',
    since: 'v1.1.0',
    paths: ['db/schema.sql'],
  });
});

async function ask(
  scope: Scope,
  project: TestProject,
  about: { readonly version: string; readonly revision: string },
): Promise<CriticalChange> {
  const opened = await openProject(silentContext(await runner(scope, project)), { fetch: 'must', access: 'read' });
  try {
    const { world, loaded } = opened;
    const tags = await readProjectTags(world.git, loaded.policy, 'remote');
    const commit = objectId(await project.clone.git('rev-parse', `${about.revision}^{commit}`));
    return await changeSincePrevious(world, loaded, { version: readVersion(about.version), commit, tags })();
  } finally {
    await opened.close();
  }
}

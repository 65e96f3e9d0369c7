import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changePolicy, maintainer } from '../make/actors.ts';
import { cloneRepository } from '../make/git-repository.ts';
import { makeSshKey } from '../make/keys.ts';
import { runProgram } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { makeReleasedProject } from '../make/released-project.ts';
import type { Refusal } from '../make/refusal.ts';
import { assertRefused } from '../make/refusal.ts';

const pushTag = (project: TestProject, tag: string) =>
  project.clone.git('push', '-q', '--force', 'origin', `refs/tags/${tag}`);

const refusals: readonly Refusal[] = [
  {
    name: 'no tag at all',
    arrange: async () => undefined,
    exit: 3,
    says: [/Cannot release v1\.1\.0: there is no such tag/, /next: .*cutwater tag v1\.1\.0 --push/],
  },
  {
    name: 'a lightweight tag',
    arrange: async (project) => {
      await project.clone.tag('v1.1.0', { kind: 'lightweight' });
      await pushTag(project, 'v1.1.0');
    },
    exit: 3,
    says: [/Cannot release v1\.1\.0: .*lightweight/],
  },
  {
    name: 'a stable tag that nobody signed',
    arrange: async (project) => {
      await project.clone.tag('v1.1.0');
      await pushTag(project, 'v1.1.0');
    },
    exit: 3,
    says: [/Cannot release v1\.1\.0: it is annotated but not signed/],
  },
  {
    name: 'a tag that a stranger signed',
    arrange: async (project, scope) => {
      await project.clone.tag('v1.1.0', { by: await makeSshKey(scope) });
      await pushTag(project, 'v1.1.0');
    },
    exit: 3,
    says: [/Cannot release v1\.1\.0: .*SHA256:/],
  },
  {
    name: 'the signed object of another tag under this name',
    arrange: async (project) => {
      await project.clone.git(
        'update-ref',
        'refs/tags/v1.1.0',
        await project.clone.git('rev-parse', 'refs/tags/v1.0.0'),
      );
      await pushTag(project, 'v1.1.0');
    },
    exit: 3,
    says: [/Cannot release v1\.1\.0: .*v1\.0\.0/],
  },
  {
    name: 'a tag that is another object in this clone than on the remote',
    arrange: async (project) => {
      await project.tag('1.1.0');
      await project.clone.tag('v1.1.0', { by: project.key, message: 'again' });
      return { folder: project.clone.folder };
    },
    exit: 3,
    says: [/Cannot release v1\.1\.0: the tag is [0-9a-f]{40} in this clone and [0-9a-f]{40} on the remote/],
  },
  {
    name: 'a tag that was moved after its release',
    arrange: async (project) => {
      await project.clone.tag('v1.0.0', { by: project.key, message: 'moved' });
      await pushTag(project, 'v1.0.0');
      return { args: ['release', 'v1.0.0'] };
    },
    exit: 3,
    says: [/Cannot release v1\.0\.0: the tag is object [0-9a-f]{40}, [0-9a-f]{40} was released under this name/],
  },
  {
    name: 'a tag off every allowed branch',
    arrange: async (project) => {
      await project.clone.git('checkout', '-q', '-b', 'feature/x');
      await project.commit({ 'app.txt': 'elsewhere\n' });
      await project.tag('1.1.0');
    },
    exit: 3,
    says: [/Cannot release v1\.1\.0: commit [0-9a-f]{12} is on none of the allowed branches \(main, hotfix\/\*\)/],
  },
  {
    name: 'a shallow clone that cannot see the branch',
    arrange: async (project, scope) => {
      await project.tag('1.1.0');
      await project.commit({ 'app.txt': 'later\n' });
      await project.commit({ 'app.txt': 'still later\n' });
      return { folder: (await cloneRepository(scope, project.origin, '--depth=1')).folder };
    },
    exit: 6,
    says: [/shallow/, /next: .*git fetch --unshallow/],
  },
  {
    name: 'two tags that claim one image tag',
    arrange: async (project) => {
      await project.tag('1.1.0');
      await project.clone.tag('1.1.0', { kind: 'lightweight' });
      await pushTag(project, '1.1.0');
    },
    exit: 3,
    says: [/the git tags .*"v1\.1\.0".* both claim image tag 1\.1\.0/],
  },
  {
    name: 'a prerelease that is no release candidate',
    arrange: async () => ({ args: ['release', '1.1.0-beta.1'] }),
    exit: 2,
    says: [/Cannot release "1\.1\.0-beta\.1": it is neither stable nor a release candidate/],
  },
  {
    name: 'a changelog without the section',
    arrange: async (project) => {
      await project.tag('1.2.0');
      return { args: ['release', '1.2.0'] };
    },
    exit: 3,
    says: [/Cannot release v1\.2\.0: "CHANGELOG\.md" .*1\.2\.0/],
  },
  {
    name: 'a policy in the tag that publishes somewhere else',
    arrange: async (project) => {
      await changePolicy(project, (text) => text.replace('embedded/tiny', 'embedded/other'));
      await project.tag('1.1.0');
      await changePolicy(project, (text) => text.replace('embedded/other', 'embedded/tiny'));
    },
    exit: 2,
    says: [/Cannot release v1\.1\.0: its policy publishes embedded\/other, the protected branch embedded\/tiny/],
  },
];

void test('a tag that must not be released is refused, and nothing moves', { concurrency: 2 }, async (t) => {
  const template = await makeReleasedProject(t);
  for (const version of ['v1.2', '1.2.3+x', 'v01.2.3', 'V1.2.3', '1.2.3-01', '', 'v1.1.0;id', '1.1.0\u202e']) {
    const { exitCode, stderr } = await runProgram(['release', '--', version], await maintainer(template));
    assert.equal(exitCode, 2, stderr);
    assert.match(stderr, /^error: Cannot read version ".*": it .*\nnext: .*\n$/, 'no release is even looked for');
  }
  await Promise.all(refusals.map((refusal) => t.test(refusal.name, (s) => assertRefused(s, template, refusal))));
});

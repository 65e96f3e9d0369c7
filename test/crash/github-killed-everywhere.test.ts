import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { makeGithubProject } from '../make/github-project.ts';
import type { GithubServer } from '../make/github-server.ts';
import { succeed } from '../make/program.ts';
import { copyData } from '../make/project.ts';
import { killedAt } from './killed-at.ts';

void test('a release killed before any of its effects on GitHub and run again ends as if never killed, with one release', async (t) => {
  const { project, github, tag, runner } = await makeGithubProject(t);
  await tag('1.0.0');
  const run = { version: '1.0.0', on: 'forge', env: github.environment } as const;
  const measured = await killedAt(t, project, { ...run, data: await copyData(t, project), killAt: 0 });
  assert.equal(measured.exitCode, 0, measured.stderr);
  const effects = Number(new TextDecoder().decode(measured.stdout));
  const expected = stateOf(github);
  t.diagnostic(`${effects} effects`);
  assert.ok(effects >= 9);
  for (let killAt = 1; killAt <= effects; killAt += 1) {
    github.releases.length = 0;
    github.latest = undefined;
    const data = await copyData(t, project);
    await killedAt(t, project, { ...run, data, killAt });
    const half = github.releases[0];
    // The machine that was killed may have been in the middle of a file.
    if (half?.isDraft === true && !half.assets.some(({ name }) => name === 'SHA256SUMS'))
      github.newAsset(half, 'SHA256SUMS', 'starter');
    const { folder, env } = await runner(t);
    await succeed(['release', '1.0.0'], { folder, env: { ...env, CUTWATER_DATA: data } });
    assert.deepEqual(stateOf(github), expected, `killed before effect ${killAt}`);
  }
});

function stateOf({ releases, latest }: GithubServer): unknown {
  return releases.map(({ id, tag, notes, isDraft, assets }) => ({
    tag,
    notes,
    isDraft,
    isLatest: id === latest,
    assets: Object.fromEntries(
      assets
        .map(({ name, bytes }) => [name, createHash('sha256').update(bytes).digest('hex')] as const)
        .toSorted(([left], [right]) => (left < right ? -1 : 1)),
    ),
  }));
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostedForgeKind } from '../../src/domain/forge-capabilities.ts';
import type { Scope } from '../make/folder.ts';
import { startForgeServer } from '../make/forge-servers.ts';
import { startGiteaServer } from '../make/gitea-server.ts';
import { startGitlabServer } from '../make/gitlab-server.ts';
import type { ForgeHost } from '../make/hosted-project.ts';
import { makeHostedProject } from '../make/hosted-project.ts';
import type { RunAt } from '../make/program.ts';
import { runProgram, succeed } from '../make/program.ts';

interface Released {
  readonly ci: RunAt;
  readonly ada: RunAt;
}

void test('on Forgejo a release is a draft until it is whole, verifies, and carries its banner once withdrawn', async (t) => {
  const forgejo = await startGiteaServer(t, new Map());
  const { ci, ada } = await releasedOn(t, forgejo, 'forgejo');
  const [release] = forgejo.releases;
  assert.equal(release?.isDraft, false);
  await succeed(['verify', '1.0.0'], ci);
  await succeed(['withdraw', '1.0.0', '--reason', 'loses uploads', '--push', '--aliases', 'hold'], ada);
  await succeed(['reconcile'], ci);
  assert.match(release.notes, /^<!-- cutwater:deprecated -->\n.*loses uploads/s);
  assert.match((await runProgram(['doctor'], ci)).stdout, /has 1 releases; Forgejo shows the latest one by dates/);
});

void test('on GitLab a release appears whole with links to its files, verifies, and carries its banner once withdrawn', async (t) => {
  const gitlab = await startGitlabServer(t, new Map());
  const { ci, ada } = await releasedOn(t, gitlab, 'gitlab');
  const [release] = gitlab.releases;
  const names = (release?.links ?? []).map(({ name }) => name);
  assert.ok(names.includes('statement.sigstore.json') && names.includes('SHA256SUMS'), String(names));
  assert.ok(!names.some((name) => name.startsWith('draft-')));
  assert.match(release?.notes ?? '', /What changed in 1\.0\.0/);
  await succeed(['verify', '1.0.0'], ci);
  await succeed(['withdraw', '1.0.0', '--reason', 'loses uploads', '--push', '--aliases', 'hold'], ada);
  await succeed(['reconcile'], ci);
  assert.match(gitlab.releases[0]?.notes ?? '', /^<!-- cutwater:deprecated -->\n.*loses uploads/s);
});

for (const kind of ['forgejo', 'gitlab'] as const)
  void test(`on ${kind} files of another tool, and a release someone published by hand, are left and said`, async (t) => {
    const server = await startForgeServer(t, kind);
    const { tag, runner } = await makeHostedProject(t, { kind, host: server });
    await tag('1.0.0');
    const empty = server.keep();
    const release = { tag: 'v1.0.0', files: ['tiny_1.0.0_amd64.deb'] };
    server.add({ ...release, isDraft: true });
    const foreign = await runProgram(['release', '1.0.0'], await runner(t));
    assert.equal(foreign.exitCode, 3, foreign.stderr);
    assert.match(foreign.stderr, /the files "tiny_1\.0\.0_amd64\.deb", which are not of this release/);
    assert.deepEqual(
      server.shown().map(({ isDraft }) => isDraft),
      [true],
    );
    empty();
    server.add({ ...release, isDraft: false });
    const before = server.shown();
    const byHand = await runProgram(['release', '1.0.0'], await runner(t));
    assert.equal(byHand.exitCode, 3, byHand.stderr);
    assert.match(byHand.stderr, /published without it/);
    assert.deepEqual(server.shown(), before);
  });

async function releasedOn(scope: Scope, host: ForgeHost, kind: HostedForgeKind): Promise<Released> {
  const { tag, runner, maintainer } = await makeHostedProject(scope, { kind, host });
  await tag('1.0.0');
  const ci = await runner(scope);
  await succeed(['release', '1.0.0'], ci);
  return { ci, ada: await maintainer() };
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostedForgeKind } from '../../src/domain/forge-capabilities.ts';
import type { Scope } from '../make/folder.ts';
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

async function releasedOn(scope: Scope, host: ForgeHost, kind: HostedForgeKind): Promise<Released> {
  const { tag, runner, maintainer } = await makeHostedProject(scope, { kind, host });
  await tag('1.0.0');
  const ci = await runner(scope);
  await succeed(['release', '1.0.0'], ci);
  return { ci, ada: await maintainer() };
}

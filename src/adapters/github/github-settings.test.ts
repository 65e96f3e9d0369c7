import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { GithubSetup } from '../../../test/make/github-settings.ts';
import { answerSettings, tagRuleset } from '../../../test/make/github-settings.ts';
import { startGithub } from '../../../test/make/github-server.ts';
import { loadOpenapiJudge } from '../../../test/make/openapi-judge.ts';
import type { ForgeSettings } from '../../ports/forge-settings.ts';
import { told } from '../../ports/forge-settings.ts';
import { fastTiming } from '../oci-http/scripted-registry.ts';
import { githubSettings } from './github-settings.ts';

const setup: GithubSetup = {
  permissions: { admin: true, push: true, pull: true },
  rulesets: [
    tagRuleset(1, ['refs/tags/v*'], ['creation', 'deletion', 'update', 'required_signatures']),
    tagRuleset(2, ['~ALL'], ['deletion'], { enforcement: 'evaluate' }),
    tagRuleset(3, ['~ALL'], ['deletion'], { target: 'branch' }),
  ],
  branchRules: ['pull_request', 'non_fast_forward'],
  isProtected: false,
  locksReleases: true,
  workflows: 'write',
};

async function read(t: TestContext, given: GithubSetup): Promise<ForgeSettings> {
  const github = await startGithub(t, new Map());
  const description = fileURLToPath(import.meta.resolve('@octokit/openapi/generated/api.github.com.json'));
  const judge = await loadOpenapiJudge(description);
  github.interfere = answerSettings(given, (path, json) => {
    // These two are answered in part: the rest of a repository or branch is not asked for.
    if (path === '' || path.startsWith('branches/')) return;
    const query = new URLSearchParams();
    const asked = {
      method: 'GET',
      path: `/repos/acme/tiny/${path}`,
      query,
      contentType: undefined,
      body: Buffer.alloc(0),
    };
    github.violations.push(...judge.judgeReply(asked, { status: 200, json }));
  });
  const { address, repository, environment } = github;
  const reader = githubSettings({ kind: 'github', address, repository }, { environment, timing: fastTiming() });
  t.after(() => reader.close());
  return reader.readSettings({ branch: 'main', variables: [] });
}

void test('rules in force are read with what they forbid, and rules that only watch are none', async (t) => {
  assert.deepEqual(await read(t, setup), {
    token: { is: 'writes', lastDay: undefined },
    tagRules: told({
      several: 'each-binds',
      rules: [
        {
          name: 'set 1',
          covers: { is: 'refs', include: ['refs/tags/v*'], exclude: [] },
          forbids: ['creation', 'update', 'deletion'],
          bindsAll: undefined,
        },
      ],
    }),
    branchIsProtected: told(true),
    locksReleases: told(true),
    jobsMayPush: told(true),
    variables: { is: 'absent' },
    imageTags: { is: 'absent' },
  });
});

void test('an administrator learns that releases are not locked; to others the same answer says nothing', async (t) => {
  const open = { ...setup, locksReleases: false, branchRules: ['non_fast_forward'] };
  const admin = await read(t, open);
  assert.deepEqual([admin.locksReleases, admin.branchIsProtected], [told(false), told(false)]);
  const other = await read(t, { ...open, permissions: { admin: false, push: false, pull: true }, isProtected: true });
  assert.deepEqual(
    [other.locksReleases.is, other.jobsMayPush.is, other.token.is, other.branchIsProtected],
    ['withheld', 'withheld', 'reads', told(true)],
  );
});

void test('a page instead of one answer is told of that question, and the others have their answers', async (t) => {
  const github = await startGithub(t, new Map());
  const rest = answerSettings(setup);
  github.interfere = (request, response) => {
    if (!request.path.startsWith('rulesets')) return rest(request, response);
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please wait</html>');
    return 'answered';
  };
  const { address, repository, environment } = github;
  const reader = githubSettings({ kind: 'github', address, repository }, { environment, timing: fastTiming() });
  t.after(() => reader.close());
  const found = await reader.readSettings({ branch: 'main', variables: [] });
  assert.equal(found.tagRules.is, 'failed');
  assert.deepEqual(
    [found.branchIsProtected, found.locksReleases, found.jobsMayPush],
    [told(true), told(true), told(true)],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { startGiteaServer } from '../make/gitea-server.ts';
import { branchRule, openGitea, serveGiteaSettings } from '../make/gitea-settings.ts';
import { startGitlabServer } from '../make/gitlab-server.ts';
import { openGitlab, serveGitlabSettings } from '../make/gitlab-settings.ts';
import type { RunAt } from '../make/program.ts';
import { runProgram } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { makeProject } from '../make/project.ts';

interface Server {
  readonly address: string;
  readonly environment: Readonly<Record<string, string>>;
}

interface Told {
  readonly exitCode: number;
  readonly checks: Readonly<Record<string, { readonly is: string; readonly says: string } | undefined>>;
}

async function hostOn(scope: Scope, { address, environment }: Server, kind: string) {
  const project = await makeProject(scope);
  const forge = `forge: { kind: ${kind}, address: "${address}", repository: acme/tiny }\n`;
  await changePolicy(project, (text) => `${text}${forge}`);
  const withToken = ({ folder, env }: RunAt): RunAt => ({ folder, env: { ...env, ...environment } });
  return { project, ada: withToken(await maintainer(project)), ci: withToken(await runner(scope, project)) };
}

async function doctor(at: RunAt): Promise<Told> {
  const { exitCode, stdout } = await runProgram(['doctor', '--json'], at);
  const { checks }: { readonly checks: readonly { name: string; is: string; says: string }[] } = JSON.parse(stdout);
  return { exitCode, checks: Object.fromEntries(checks.map((check) => [check.name, check])) };
}

function judged({ checks }: Told, names: readonly string[]): readonly (string | undefined)[] {
  return names.map((name) => checks[name]?.is);
}

const keyCheck = 'signing key on the forge';

void test('on Forgejo doctor names what is open, is content once it is closed, and stops CI whose token cannot write', async (t) => {
  const forgejo = await startGiteaServer(t, new Map());
  const { project, ada, ci }: { project: TestProject; ada: RunAt; ci: RunAt } = await hostOn(t, forgejo, 'forgejo');
  const names = ['rights on the forge', 'tag rules', 'protection of the branch', keyCheck];
  serveGiteaSettings(forgejo, openGitea);
  const open = await doctor(ada);
  assert.deepEqual(judged(open, names), ['passed', 'warning', 'warning', 'warning']);
  const settings = `${forgejo.address}/acme/tiny/settings`;
  assert.ok(open.checks['tag rules']?.says.includes(`at ${settings}/tags, `), open.checks['tag rules']?.says);
  assert.ok(open.checks['protection of the branch']?.says.includes(`at ${settings}/branches with`));
  assert.match(open.checks[keyCheck]?.says ?? '', /^Forgejo does not know the key .* add what echo 'ssh-ed25519 /);

  serveGiteaSettings(forgejo, {
    ...openGitea,
    tagRules: [{ pattern: '{v*,withdrawn/*,restored/*,checkpoint/*,evidence/*}', users: ['ada'] }],
    branchRule: branchRule(),
    ssh: [`${project.key.publicKey} laptop`],
  });
  const closed = await doctor(ada);
  assert.deepEqual(judged(closed, names), ['passed', 'passed', 'passed', 'passed']);
  assert.deepEqual([closed.exitCode, closed.checks['settings of the forge']], [0, undefined]);

  serveGiteaSettings(forgejo, { ...openGitea, scopes: ['read:repository'] });
  const narrow = await doctor(ci);
  assert.match(narrow.checks['rights on the forge']?.says ?? '', /lacks the scope "write:repository"; make one /);
  assert.deepEqual([narrow.checks['rights on the forge']?.is, narrow.exitCode], ['failed', 3]);
});

void test('on GitLab a Developer is told what only a Maintainer sees, and a Maintainer what is open', async (t) => {
  const gitlab = await startGitlabServer(t, new Map());
  const { ada } = await hostOn(t, gitlab, 'gitlab');
  serveGitlabSettings(gitlab, { ...openGitlab, role: 30, branchRules: [{ name: 'main', push: [40] }] });
  const blind = await doctor(ada);
  assert.match(
    blind.checks['settings of the forge']?.says ?? '',
    /^could not look at rules about tags, protection of main, what workflows may do, .*role Maintainer$/,
  );
  assert.deepEqual(
    judged(blind, ['tag rules', 'protection of the branch', 'secrets of jobs']),
    Array(3).fill(undefined),
  );

  const variables = new Map([['CUTWATER_CI_KEY', false]] as const);
  serveGitlabSettings(gitlab, { ...openGitlab, variables, jobsMayPush: true });
  const open = await doctor(ada);
  const names = ['tag rules', 'protection of the branch', 'rights of workflows', 'secrets of jobs', keyCheck];
  assert.deepEqual(judged(open, names), Array(5).fill('warning'));
  assert.match(open.checks['tag rules']?.says ?? '', /glab api --hostname 127\.0\.0\.1:\d+ --method POST /);
  assert.match(open.checks['secrets of jobs']?.says ?? '', /variables\/CUTWATER_CI_KEY -f protected=true$/);
  assert.equal(open.exitCode, 0, 'notes stop nothing');

  serveGitlabSettings(gitlab, {
    ...openGitlab,
    tagRules: [{ name: '*', levels: [{ access_level: 40 }] }],
    branchRules: [{ name: 'main', push: [40] }],
    variables: new Map([['CUTWATER_CI_KEY', true]]),
  });
  assert.deepEqual(judged(await doctor(ada), names.slice(0, 4)), Array(4).fill('passed'));
});

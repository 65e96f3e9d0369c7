import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../../../test/make/run.ts';
import { loadOpenapiJudge } from '../../../test/make/openapi-judge.ts';
import type { ForgeSettings, TagRule } from '../../ports/forge-settings.ts';
import { judgeForgeSettings } from './examine-forge-settings.ts';

const everyTag: TagRule = { name: 'all', include: ['~ALL'], exclude: [], forbids: ['creation', 'update', 'deletion'] };
const right: ForgeSettings = {
  mayPush: true,
  tagRules: [everyTag],
  branchIsProtected: true,
  locksReleases: true,
  workflowsMayWrite: false,
};
const forge = { kind: 'github', address: 'https://github.com', repository: 'acme/tiny' } as const;

function judge(change: Partial<ForgeSettings>, ciIdentity: 'none' | 'descriptor' = 'none'): readonly string[] {
  const checks = judgeForgeSettings({ ...right, ...change }, { forge, branch: 'main', ciIdentity });
  return checks.map(({ name, is, says }) => `${is} ${name}: ${says}`);
}

function faults(change: Partial<ForgeSettings>, ciIdentity?: 'none' | 'descriptor'): readonly string[] {
  return judge(change, ciIdentity).filter((line) => !line.startsWith('passed'));
}

void test('a repository that is set up right has no findings', () => {
  assert.deepEqual(faults({}), []);
  assert.equal(judge({}).length, 5);
});

void test('every kind of tag that decides must be safe from being moved and deleted, and exceptions of a rule count', () => {
  const releases: TagRule = { ...everyTag, include: ['refs/tags/v*'] };
  const [moved = '', made = ''] = faults({ tagRules: [releases] });
  assert.match(moved, /^warning tag rules: whoever may push can move or delete refs\/tags\/withdrawn\/\*\*\/\*, /);
  assert.doesNotMatch(moved, /refs\/tags\/v\*/);
  assert.match(made, /can make refs\/tags\/withdrawn.*"Restrict creations".*github\.com\/acme\/tiny\/settings\/rules/);
  const hole: TagRule = { ...everyTag, exclude: ['refs/tags/evidence/**/*'] };
  assert.match(faults({ tagRules: [hole] })[0] ?? '', /move or delete refs\/tags\/evidence\/\*\*\/\*, and/);
  const halves: readonly TagRule[] = (['creation', 'update', 'deletion'] as const).map((act) => {
    return { ...everyTag, forbids: [act] };
  });
  assert.deepEqual(faults({ tagRules: halves }), []);
  for (const [at, found] of [
    /can make refs/,
    /can move or delete refs\/tags\/v\*, /,
    /can move or delete refs/,
  ].entries())
    assert.match(faults({ tagRules: halves.toSpliced(at, 1) }).join('\n'), found);
});

void test('each finding has the command or the setting that mends it', () => {
  assert.match(faults({ branchIsProtected: false })[0] ?? '', /decides whose signatures count.*"Block force pushes"/);
  assert.match(
    faults({ locksReleases: false })[0] ?? '',
    /run gh api --method PUT repos\/acme\/tiny\/immutable-releases$/,
  );
  assert.match(
    faults({ workflowsMayWrite: true })[0] ?? '',
    /run gh api --method PUT repos\/acme\/tiny\/actions\/permissions\/workflow -f default_workflow_permissions=read$/,
  );
});

void test('the command for tag rules says what the API of GitHub takes', async () => {
  const [finding = ''] = faults({ tagRules: [] });
  const line = /; run (gh api .*)$/.exec(finding)?.[1] ?? '';
  const words = (await run({ command: 'bash', args: ['-c', `printf '%s\\n' ${line}`], env: {} })).split('\n');
  assert.deepEqual(words.slice(0, 5), ['gh', 'api', '--method', 'POST', 'repos/acme/tiny/rulesets']);
  const fields = words.flatMap((word, at) => (words[at - 1] === '-f' ? [word] : []));
  const valuesOf = (name: string) =>
    fields.flatMap((field) => (field.startsWith(`${name}=`) ? [field.slice(name.length + 1)] : []));
  assert.ok(fields.includes('conditions[ref_name][exclude][]'), 'an empty list');
  const json = {
    name: valuesOf('name')[0],
    target: valuesOf('target')[0],
    enforcement: valuesOf('enforcement')[0],
    conditions: { ref_name: { include: valuesOf('conditions[ref_name][include][]'), exclude: [] } },
    rules: valuesOf('rules[][type]').map((type) => ({ type })),
  };
  assert.equal(json.conditions.ref_name.include.length, 5);
  const description = fileURLToPath(import.meta.resolve('@octokit/openapi/generated/api.github.com.json'));
  const openapi = await loadOpenapiJudge(description);
  const request = {
    method: 'POST',
    path: '/repos/acme/tiny/rulesets',
    query: new URLSearchParams(),
    contentType: 'application/json',
    body: Buffer.from(JSON.stringify(json)),
  };
  assert.deepEqual(openapi.judgeRequest(request), []);
  const other = { ...request, body: Buffer.from(JSON.stringify({ ...json, enforcement: 'on' })) };
  assert.notDeepEqual(openapi.judgeRequest(other), [], 'the judge would have found a wrong word');
});

void test('a token that may not write stops CI alone, and what it may not see is said', () => {
  assert.match(faults({ mayPush: false })[0] ?? '', /^warning .*a maintainer who only signs tags needs none/);
  assert.match(faults({ mayPush: false }, 'descriptor')[0] ?? '', /^failed rights on the forge/);
  const blind = {
    tagRules: undefined,
    branchIsProtected: undefined,
    locksReleases: undefined,
    workflowsMayWrite: undefined,
  };
  assert.deepEqual(faults(blind), [
    'warning settings of the forge: the token here may not see: rules about tags, protection of main, whether releases are locked, what workflows may do; run doctor as an administrator',
  ]);
});

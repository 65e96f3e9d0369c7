import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../../../test/make/run.ts';
import { loadOpenapiJudge } from '../../../test/make/openapi-judge.ts';
import type { ForgeSettings, TagRule, TagRules, Told } from '../../ports/forge-settings.ts';
import { told } from '../../ports/forge-settings.ts';
import type { SettingsAsked } from './examine-forge-settings.ts';
import { judgeForgeSettings } from './examine-forge-settings.ts';

const everyTag: TagRule = {
  name: 'all',
  covers: { is: 'refs', include: ['~ALL'], exclude: [] },
  forbids: ['creation', 'update', 'deletion'],
  bindsAll: undefined,
};
const absent = { is: 'absent' } as const;
const right: ForgeSettings = {
  token: { is: 'writes', lastDay: undefined },
  tagRules: rules([everyTag]),
  branchIsProtected: told(true),
  locksReleases: told(true),
  jobsMayPush: told(false),
  variables: absent,
  imageTags: absent,
};
const github = { kind: 'github', address: 'https://github.com', repository: 'acme/tiny' } as const;
const gitea = { kind: 'gitea', address: 'https://git.acme.example', repository: 'acme/tiny' } as const;
const gitlab = { kind: 'gitlab', address: 'https://git.acme.example', repository: 'acme/sub/tiny' } as const;
const now = Date.parse('2026-11-20T12:00:00Z') / 1000;

function rules(all: readonly TagRule[]): Told<TagRules> {
  return told({ several: 'each-binds', rules: all });
}

type Asked = Partial<Pick<SettingsAsked, 'ciIdentity' | 'forge'>>;

function judge(change: Partial<ForgeSettings>, { ciIdentity = 'none', forge = github }: Asked = {}): readonly string[] {
  const images = [{ registry: 'registry.acme.example', repository: 'acme/sub/tiny/app' }];
  const asked = { forge, branch: 'main', variables: [], images, ciIdentity, now };
  return judgeForgeSettings({ ...right, ...change }, asked).map(({ name, is, says }) => `${is} ${name}: ${says}`);
}

function faults(change: Partial<ForgeSettings>, asked?: Asked): readonly string[] {
  return judge(change, asked).filter((line) => !line.startsWith('passed'));
}

void test('a repository that is set up right has no findings', () => {
  assert.deepEqual(faults({}), []);
  assert.equal(judge({}).length, 5);
});

void test('every kind of tag that decides must be safe from being moved and deleted, and exceptions of a rule count', () => {
  const only = (include: readonly string[], exclude: readonly string[]): TagRule => {
    return { ...everyTag, covers: { is: 'refs', include, exclude } };
  };
  const [moved = '', made = ''] = faults({ tagRules: rules([only(['refs/tags/v*'], [])]) });
  assert.match(moved, /^warning tag rules: whoever may push can move or delete refs\/tags\/withdrawn\/\*\*\/\*, /);
  assert.doesNotMatch(moved, /refs\/tags\/v\*/);
  assert.match(made, /can make refs\/tags\/withdrawn.*"Restrict creations".*github\.com\/acme\/tiny\/settings\/rules/);
  const hole = only(['~ALL'], ['refs/tags/evidence/**/*']);
  assert.match(faults({ tagRules: rules([hole]) })[0] ?? '', /move or delete refs\/tags\/evidence\/\*\*\/\*, and/);
  const halves: readonly TagRule[] = (['creation', 'update', 'deletion'] as const).map((act) => {
    return { ...everyTag, forbids: [act] };
  });
  assert.deepEqual(faults({ tagRules: rules(halves) }), []);
  for (const [at, found] of [
    /can make refs/,
    /can move or delete refs\/tags\/v\*, /,
    /can move or delete refs/,
  ].entries())
    assert.match(faults({ tagRules: rules(halves.toSpliced(at, 1)) }).join('\n'), found);
});

void test('each finding has the command or the setting that mends it', () => {
  assert.match(faults({ branchIsProtected: told(false) })[0] ?? '', /whose signatures count.*"Block force pushes"/);
  assert.match(
    faults({ locksReleases: told(false) })[0] ?? '',
    /run gh api --method PUT repos\/acme\/tiny\/immutable-releases$/,
  );
  assert.match(
    faults({ jobsMayPush: told(true) })[0] ?? '',
    /run gh api --method PUT repos\/acme\/tiny\/actions\/permissions\/workflow -f default_workflow_permissions=read$/,
  );
});

void test('the command for tag rules says what the API of GitHub takes', async () => {
  const [finding = ''] = faults({ tagRules: rules([]) });
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

void test('a token that may not write stops CI alone, and one that ends soon is said', () => {
  const reads = { is: 'reads', because: 'lacks the scope "write:repository"' } as const;
  assert.match(faults({ token: reads })[0] ?? '', /^warning .*a maintainer who only signs tags needs none/);
  const ci = { ciIdentity: 'descriptor', forge: gitea } as const;
  assert.match(
    faults({ token: reads }, ci)[0] ?? '',
    /^failed rights on the forge: the token here lacks the scope "write:repository"; make one .*acme\.example\/user\/settings\/applications/,
  );
  const missing = { is: 'missing', advice: 'Set GITEA_TOKEN to a token' } as const;
  assert.match(faults({ token: missing }, ci)[0] ?? '', /^failed .*no token here.*Set GITEA_TOKEN to a token$/);
  assert.match(faults({ token: { is: 'untold' } }, ci)[0] ?? '', /^warning /);
  assert.match(faults({ token: { is: 'writes', lastDay: '2026-12-01' } })[0] ?? '', /^warning .* until 2026-12-01; /);
  assert.deepEqual(faults({ token: { is: 'writes', lastDay: '2027-01-01' } }), []);
});

void test('what the token may not see is never fine: each right that is missing is said, with what it hides', () => {
  const administrator = { is: 'withheld', takes: 'the token of an administrator' } as const;
  const blind = {
    tagRules: administrator,
    branchIsProtected: administrator,
    locksReleases: administrator,
    jobsMayPush: administrator,
    variables: { is: 'withheld', takes: 'the role Maintainer' },
    imageTags: { is: 'withheld', takes: 'GitLab 18.7 or newer' },
  } as const;
  assert.deepEqual(judge(blind), [
    'passed rights on the forge: the token here may write releases',
    'warning settings of the forge: could not look at rules about tags, protection of main, whether releases are locked, what workflows may do: that takes the token of an administrator',
    'warning settings of the forge: could not look at which jobs get its secrets: that takes the role Maintainer',
    'warning settings of the forge: could not look at rules about tags of images: that takes GitLab 18.7 or newer',
  ]);
});

void test('a question without an answer is one finding that says why, and hides no other finding', () => {
  const failed = (what: string) => ({ is: 'failed', because: `Cannot ${what}: it answers 500; Wait` }) as const;
  const found = faults({
    tagRules: failed('read the rules'),
    locksReleases: told(false),
    token: { is: 'missing', advice: 'Log in' },
  });
  assert.deepEqual(
    found.map((line) => line.replace(/:.*$/, '')),
    ['warning rights on the forge', 'warning immutable releases', 'warning settings of the forge'],
  );
  assert.equal(
    found[2],
    'warning settings of the forge: could not look at rules about tags: Cannot read the rules: it answers 500; Wait',
  );
  const silent = failed('connect');
  const [one = '', ...more] = faults({ tagRules: silent, jobsMayPush: silent });
  assert.match(one, /could not look at rules about tags, what workflows may do: Cannot connect/);
  assert.deepEqual(more, []);
  assert.deepEqual(faults({ token: failed('see the token') }, { ciIdentity: 'descriptor' }), [
    'warning rights on the forge: could not look at them: Cannot see the token: it answers 500; Wait',
  ]);
});

/** Where the rule that allows most counts, as on Gitea and GitLab. */
function loosest(...all: readonly (readonly [pattern: string, forbids: TagRule['forbids'], bindsAll?: boolean])[]) {
  return told<TagRules>({
    several: 'loosest-binds',
    rules: all.map(([source, forbids, bindsAll = false]) => {
      return { name: source, covers: { is: 'regexp', source }, forbids, bindsAll };
    }),
  });
}

const all = ['creation', 'update', 'deletion'] as const;

void test('where the loosest rule counts, one that lets developers make tags opens what a strict one closed', () => {
  assert.deepEqual(faults({ tagRules: loosest(['.*', all]) }, { forge: gitea }), []);
  const [open = '', ...more] = faults({ tagRules: loosest(['.*', all], ['^v.*$', ['update']]) }, { forge: gitlab });
  assert.deepEqual(more, []);
  assert.match(open, /can make and delete v\*; /);
  const [none = ''] = faults({ tagRules: loosest() }, { forge: gitea });
  assert.match(none, /can make, move and delete v\*, withdrawn\/\*, restored\/\*, checkpoint\/\*, evidence\/\*; /);
  assert.match(
    none,
    /protect the tags \{v\*,withdrawn\/\*,restored\/\*,checkpoint\/\*,evidence\/\*\} at https:\/\/git\.acme\.example\/acme\/tiny\/settings\/tags, /,
  );
});

void test('a rule with nobody on its list stops a release, unless another lets somebody make the tag', () => {
  assert.match(
    faults({ tagRules: loosest(['.*', all, true]) }, { forge: gitlab })[0] ?? '',
    /^failed tag rules: nobody at all can make v\*, .*git\.acme\.example\/acme\/sub\/tiny\/-\/settings\/repository/,
  );
  assert.deepEqual(faults({ tagRules: loosest(['.*', all, true], ['.*', all]) }, { forge: gitlab }), []);
});

void test('a rule with a pattern that cannot be read protects nothing, and is named', () => {
  const found = faults({ tagRules: loosest(['(?i)V.*', all], ['.*', all]) }, { forge: gitea });
  assert.match(found[0] ?? '', /could not tell which tags the pattern of "\(\?i\)V\.\*" covers; look at https:/);
  assert.match(found[1] ?? '', /whoever may push can make, move and delete v\*/);
});

void test('on GitLab, secrets that any branch gets and image tags that any developer replaces are said', () => {
  const variables = told([
    { name: 'CUTWATER_CI_KEY', reach: 'everywhere' },
    { name: 'REGISTRY_A_USER', reach: 'protected' },
    { name: 'REGISTRY_A_PASSWORD', reach: 'untold' },
  ] as const);
  const prefix = 'registry.acme.example/acme/sub/tiny';
  const [secret = '', several = '', tags = ''] = faults(
    { variables, imageTags: told({ prefix, guarded: ['^latest$', 'no (re'] }) },
    { forge: gitlab },
  );
  assert.match(
    secret,
    /any branch get CUTWATER_CI_KEY, .*; run glab api --hostname git\.acme\.example --method PUT projects\/acme%2Fsub%2Ftiny\/variables\/CUTWATER_CI_KEY -f protected=true$/,
  );
  assert.match(
    several,
    /^warning secrets of jobs: could not tell which jobs get REGISTRY_A_PASSWORD: there are several/,
  );
  assert.match(
    tags,
    /replace tags such as 1\.2\.3 of registry\.acme\.example\/acme\/sub\/tiny\/app, .*"Protected container tags"$/,
  );
  assert.deepEqual(faults({ imageTags: told({ prefix, guarded: [String.raw`^\d+\.\d+\.\d+`, '^latest$'] }) }), []);
  assert.deepEqual(
    faults({ imageTags: told({ prefix: 'registry.acme.example/acme/sub/ti', guarded: [] }) }),
    [],
    'not ours',
  );
  assert.equal(judge({ variables: told([]) }).length, 5, 'secrets of a group are not the project’s');
});

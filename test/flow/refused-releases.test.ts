import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { changePolicy, runner } from '../make/actors.ts';
import { runProgram } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { copyProject } from '../make/project.ts';
import { pushImage } from '../make/push-image.ts';
import { aliases, readPublished } from '../make/published.ts';
import { makeReleasedProject } from '../make/released-project.ts';
import { tinyProgram } from '../make/tiny-program.ts';
import type { Refusal } from '../make/refusal.ts';
import { assertRefused } from '../make/refusal.ts';

const digest = /sha256:[0-9a-f]{64}/.source;
const stranger = (project: TestProject, ...tags: readonly string[]) =>
  pushImage(join(project.data, 'registry'), { repository: 'tiny', text: 'from a stranger', tags });

/** Tags 1.1.0 at a commit with this gate. */
const withGate = (gate: string) => async (project: TestProject) => {
  await changePolicy(project, (text) => `${text}gates:\n  - name: smoke\n    ${gate}\n`);
  await project.tag('1.1.0');
};

const withAsset = (state: 'draft' | 'published', name: string) => async (project: TestProject) => {
  await project.tag('1.1.0');
  const folder = join(project.data, 'releases/v1.1.0');
  await mkdir(join(folder, 'assets'), { recursive: true });
  const release = { schema: 'cutwater.forge-release/1', tag: 'v1.1.0', title: 'x', prerelease: false, state };
  await writeFile(join(folder, 'release.json'), JSON.stringify(release));
  await writeFile(join(folder, 'notes.md'), 'notes\n');
  await writeFile(join(folder, 'assets', name), 'other bytes');
};

const startsAnother = `require('node:child_process').spawnSync('node', ['-e', 'setTimeout(() => 0, 99000)'], { stdio: 'inherit' })`;

const refusals: readonly Refusal[] = [
  {
    name: 'an image tag that holds other bytes',
    arrange: async (project) => {
      await project.tag('1.1.0');
      await stranger(project, '1.1.0');
    },
    exit: 3,
    says: [new RegExp(`Cannot publish embedded/tiny:1\\.1\\.0: it is ${digest} already, ${digest} is wanted`)],
  },
  {
    name: 'a candidate tag that a stranger wrote',
    arrange: async (project) => {
      await project.tag('1.1.0');
      await stranger(project, `candidate-${await project.clone.git('rev-parse', 'refs/tags/v1.1.0')}`);
    },
    exit: 3,
    says: [new RegExp(`Cannot release image ${digest}: .* no CI key signed that it was built for this tag`)],
  },
  {
    name: 'a pinned statement that a stranger wrote',
    arrange: async (project) => {
      await project.tag('1.1.0');
      await stranger(project, `candidate-${await project.clone.git('rev-parse', 'refs/tags/v1.1.0')}.statement`);
    },
    exit: 3,
    says: [/Cannot go on with v1\.1\.0: the statement pinned as candidate-[0-9a-f]+\.statement/],
  },
  {
    name: 'a stored statement that a stranger wrote',
    arrange: async (project) => {
      await project.tag('1.1.0');
      await stranger(project, 'statement-1.1.0');
    },
    exit: 3,
    says: [/Cannot release v1\.1\.0: its stored statement does not count: statement-1\.1\.0/],
  },
  {
    name: 'a gate that fails',
    arrange: withGate('command: [node, -e, "console.log(1); process.exit(3)"]'),
    exit: 3,
    says: [/Cannot pass gate "smoke": "node" ended with exit code 3/, /next: Read \/.*gate-smoke-[0-9a-f]{12}\.log/],
  },
  {
    name: 'a gate on the candidate that fails',
    arrange: withGate(
      'on: candidate\n    command: [node, -e, "process.exit(process.argv[1].includes(\'@sha256:\') ? 4 : 5)", "{image}"]',
    ),
    exit: 3,
    says: [/Cannot pass gate "smoke": "node" ended with exit code 4/],
  },
  {
    name: 'a gate that takes too long in a program it has started',
    arrange: withGate(`timeout: 1s\n    command: [node, -e, "${startsAnother}"]`),
    exit: 3,
    says: [/Cannot pass gate "smoke": "node" took longer than 1 s/],
  },
  {
    name: 'a gate that is not installed',
    arrange: withGate('command: [no-such-program-anywhere]'),
    exit: 3,
    says: [/Cannot pass gate "smoke": "no-such-program-anywhere" is not installed/],
  },
  {
    name: 'a gate that ends well, and whose report says that it waits',
    arrange: withGate(
      `command: [node, -e, "require('node:fs').writeFileSync('r.env', 'A=1\\\\nSMOKE_STATUS=PENDING')"]
    report: { path: r.env, format: keyvalue, expect: { SMOKE_STATUS: passed } }`,
    ),
    exit: 3,
    says: [/Cannot pass gate "smoke": r\.env:2: SMOKE_STATUS is PENDING, which is no pass/],
  },
  {
    name: 'a gate that ends well and leaves the report of an earlier run',
    arrange: async (project) => {
      await changePolicy(
        project,
        (text) =>
          `${text}gates:\n  - name: smoke\n    command: [node, --version]\n    report: { path: r.yaml, format: yaml }\n`,
        { 'r.yaml': 'gates: [{ name: smoke, status: PASS }]\n' },
      );
      await project.tag('1.1.0');
    },
    exit: 3,
    says: [/Cannot pass gate "smoke": it wrote no report "r\.yaml"/],
  },
  {
    name: 'a gate that is ended by a signal',
    arrange: withGate(`command: [node, -e, "process.kill(process.pid, 'SIGKILL')"]`),
    exit: 3,
    says: [/Cannot pass gate "smoke": "node" was ended by the signal SIGKILL/],
  },
  {
    name: 'a build that misses the file of one platform',
    arrange: async (project) => {
      await changePolicy(project, (text) => text.replace('from: app.txt', 'from: app-{arch}.txt'), {
        'app-amd64.txt': 'only here\n',
      });
      await project.tag('1.1.0');
    },
    exit: 1,
    says: [/app-arm64\.txt/, /linux\/arm64|arm64/],
  },
  {
    name: 'a build command that fails',
    arrange: async (project) => {
      await changePolicy(project, (text) =>
        text.replace('prepare: []', 'prepare: [[node, -e, "console.error(\'it broke\'); process.exit(7)"]]'),
      );
      await project.tag('1.1.0');
    },
    exit: 1,
    says: [/it broke/, /7/],
  },
  {
    name: 'a binary that is not in the image',
    arrange: async (project) => {
      await changePolicy(project, (text) => `${text}binaries:\n  - name: app-{machine}\n    path: /bin/app\n`);
      await project.tag('1.1.0');
    },
    exit: 1,
    says: [/Cannot take "\/bin\/app" out of the linux\/amd64 image: there is no such file/],
  },
  {
    name: 'a binary that is no program',
    arrange: async (project) => {
      await changePolicy(project, (text) => `${text}binaries:\n  - name: app-{machine}\n    path: /app.txt\n`);
      await project.tag('1.1.0');
    },
    exit: 1,
    says: [/Cannot release "\/app\.txt" of the linux\/amd64 image: it /],
  },
  {
    name: 'a binary for the other machine',
    arrange: async (project) => {
      const swapped = tinyProgram('aarch64', { says: 'tiny' });
      const prepare = `prepare: [[node, -e, "fs.writeFileSync('app', Buffer.from('${Buffer.from(swapped).toString('base64')}', 'base64'))"]]`;
      await changePolicy(project, (text) =>
        text
          .replace('prepare: []', prepare)
          .replace('- from: app.txt', '- {from: app, to: /app, mode: "0755"}\n          - from: app.txt')
          .concat('binaries:\n  - {name: "app-{machine}", path: /app}\n'),
      );
      await project.tag('1.1.0');
    },
    exit: 1,
    says: [/Cannot release "\/app" of the linux\/amd64 image: it is for aarch64, x86_64 is wanted/],
  },
  {
    name: 'a lock file that does not parse',
    arrange: async (project) => {
      await changePolicy(project, (text) => `${text}lockFiles: [web/package-lock.json]\n`, {
        'web/package-lock.json': '{"lockfileVersion": 3, "packages": {"node_modules/a": {"version": 7}}',
      });
      await project.tag('1.1.0');
    },
    exit: 2,
    says: [/Cannot read lock file "web\/package-lock\.json": /, /Let the package manager write the lock file anew/],
  },
  {
    name: 'a lock file that is not there',
    arrange: async (project) => {
      await changePolicy(project, (text) => `${text}lockFiles: [Cargo.lock]\n`);
      await project.tag('1.1.0');
    },
    exit: 1,
    says: [/Cargo\.lock/],
  },
  {
    name: 'a draft that has an asset of the same name with other bytes',
    arrange: withAsset('draft', 'provenance.sigstore.json'),
    exit: 3,
    says: [
      new RegExp(
        `Cannot add "provenance\\.sigstore\\.json" to v1\\.1\\.0 on .*: it is ${digest} there, ${digest} is wanted`,
      ),
    ],
  },
  {
    name: 'a draft that has foreign checksums',
    arrange: withAsset('draft', 'SHA256SUMS.sigstore.json'),
    exit: 3,
    says: [/Cannot add "SHA256SUMS\.sigstore\.json" to v1\.1\.0: the one that is there does not count/],
  },
  {
    name: 'a release that someone published without its files',
    arrange: withAsset('published', 'readme.txt'),
    exit: 3,
    says: [/the release is published without it/],
  },
];

void test('a release that cannot go through stops before anyone follows it', { concurrency: 2 }, async (t) => {
  const template = await makeReleasedProject(t);
  await Promise.all([
    ...refusals.map((refusal) => t.test(refusal.name, (s) => assertRefused(s, template, refusal))),
    t.test('an alias at an unknown image stays, is shown with both digests, and the others are settled', async (s) => {
      const project = await copyProject(s, template);
      await project.tag('1.1.0');
      const unknown = await stranger(project, 'latest');
      const first = await runProgram(['release', '1.1.0'], await runner(s, project));
      assert.equal(first.exitCode, 3, first.stderr);
      const { tags, latest } = await readPublished(project.data);
      assert.match(first.stderr, /Cannot move latest: /);
      assert.ok(
        first.stderr.includes(`latest: is an unknown image (${unknown}), would become 1.1.0 (${tags['1.1.0'] ?? ''})`),
      );
      assert.equal(first.stderr.match(/^next: /gm)?.length, 1);
      assert.equal(tags['latest'], unknown);
      assert.deepEqual(await aliases(project.data), { latest: unknown, '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.0' });
      assert.equal(latest, 'v1.0.0', 'the forge does not run ahead of the alias');
      for (const args of [['release', '1.1.0'], ['reconcile'], ['plan']])
        assert.equal((await runProgram(args, await runner(s, project))).exitCode, 3, args.join(' '));
      assert.match((await runProgram(['status'], await runner(s, project))).stdout, /latest +unknown +sha256:/);
    }),
  ]);
});

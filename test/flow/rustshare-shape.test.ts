import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import type { Policy } from '../../src/policy/policy.ts';
import type { AdoptingProject } from '../make/adopting-project.ts';
import { makeAdoptingProject } from '../make/adopting-project.ts';
import { answerSettings, tagRuleset } from '../make/github-settings.ts';
import { makeOpenpgpKey } from '../make/keys.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import { makeCiKey } from '../make/project.ts';
import { pushImage } from '../make/push-image.ts';
import { changelogWithDefects, upgradingNotes } from '../make/rustshare-files.ts';
import { shapeAt } from '../make/rustshare-shape.ts';

const past = ['0.1.0', '0.2.0', '0.3.0', '0.3.1'];
const image = 'kubedoio/rustshare-backend';

void test('from its repository as it is, RustShare gets through init, ci, docs, doctor and plan without editing a file, told each time what is left to decide', async (t) => {
  const key = await makeOpenpgpKey(t, 'senolcolak');
  const documents = { 'CHANGELOG.md': changelogWithDefects, 'docs/upgrading.md': upgradingNotes };
  const project = await makeAdoptingProject(t, {
    repository: 'kubedoio/rustshare',
    key,
    past: [
      ...past.map((version) => [version, { ...shapeAt(version), ...documents }] as const),
      ['', { 'frontend/src/sort.js': 'export const sort = (list) => list.toSorted();\n' }],
    ],
  });
  const { maintainer, internet, clone } = project;
  for (const version of past) {
    const aliases = version === past.at(-1) ? ['0.3', '0', 'latest'] : [];
    await pushImage(internet.registryFolder, { repository: image, text: version, tags: [version, ...aliases] });
  }
  internet.github.interfere = answerSettings({
    permissions: { admin: false, push: true, pull: true },
    rulesets: [tagRuleset(1, ['~ALL'], ['deletion', 'update', 'creation'])],
    branchRules: ['pull_request'],
    isProtected: true,
    locksReleases: true,
    workflows: 'read',
  });

  const first = await succeed(['init'], maintainer);
  judgePolicy(await readPolicy(project), key.fingerprint);
  for (const said of [
    /people wrote "\.github\/workflows\/release\.yml" and "\.github\/workflows\/pilot-release\.yml": 'cutwater ci write --force'/,
    /people wrote "docs\/release-process\.md": .*"docs\/releasing\.md" beside it/,
    /CI has no key to sign with yet/,
    /4 versions were tagged before: .*'cutwater import'/,
    /\nnext: read it: senolcolak is its maintainer; commit these files and push them to main, and run 'cutwater doctor'\n$/,
  ])
    assert.match(first, said);

  for (const command of ['doctor', 'plan']) {
    const early = await runProgram([command], maintainer);
    assert.equal(early.exitCode, 2);
    assert.match(
      early.stderr,
      /next: cutwater\.yaml is written here, and counts once it is on "main": commit it and push "main"/,
    );
  }
  const kept = await runProgram(['ci', 'write'], maintainer);
  assert.equal(kept.exitCode, 2);
  assert.match(
    kept.stderr,
    /release\.yml", "\.github\/workflows\/pilot-release\.yml": people wrote them, and nothing was changed\n/,
  );
  assert.match(kept.stderr, /next: .*'cutwater ci write --force'/);
  assert.match(await succeed(['docs', 'write'], maintainer), /^Wrote docs\/releasing\.md\.$/m);
  assert.deepEqual((await clone.git('status', '--porcelain', '--untracked-files=all')).split('\n'), [
    '?? .cutwater/.gitignore',
    '?? .cutwater/keys/senolcolak.asc',
    '?? cutwater.yaml',
    '?? docs/releasing.md',
  ]);

  await succeed(['ci', 'write', '--force'], maintainer);
  await project.push('Add Cutwater');
  await succeed(['ci', 'check'], maintainer);
  await succeed(['docs', 'check'], maintainer);

  const before = await examine(project);
  assert.equal(before.exitCode, 3);
  assert.deepEqual(before.stopping, ['CI keys'], 'one thing only stops a release');
  const notes = 'CI key here, rights on the registry, settings of the forge, keys of what is published, workflows';
  assert.deepEqual(before.noted, notes.split(', '));
  assert.match(
    before.told.get('keys of what is published') ?? '',
    /^0\.3\.1, 0\.3\.0, 0\.2\.0, 0\.1\.0 have no statement .*cutwater import --yes --push$/,
  );
  assert.match(
    before.told.get('workflows') ?? '',
    /package-lock\.json", which is not there; 'cutwater ci write' says how to make it/,
  );

  const unsure = await runProgram(['plan'], maintainer);
  assert.equal(unsure.exitCode, 3);
  assert.match(unsure.stdout, /next: Run 'cutwater import' if 0\.3\.1 was published before the project used Cutwater/);
  assert.match(
    await succeed(['status'], maintainer),
    /0\.3\.1: its image was not published by Cutwater: run 'cutwater import'/,
  );
  await succeed(['import', '--yes', '--push'], maintainer);
  assert.match(await succeed(['plan'], maintainer), /point 0\.2 at 0\.2\.0 = sha256:\w+: highest of its line/);
  const next = await runProgram(['plan', '0.4.0'], maintainer);
  assert.match(next.stdout, /"Rust tests", "lint", "Frontend tests" \(where frontend\/\*\* or /);
  assert.match(next.stdout, /point latest at 0\.4\.0: above 0\.3\.1/);
  assert.doesNotMatch(next.stdout, /Cannot move/);

  await followTrust(project);
  assert.deepEqual((await examine(project)).stopping, []);
  assert.deepEqual(
    [...internet.asked].toSorted(),
    ['api.github.com', 'ghcr.io', 'github.com'],
    'nobody else was asked',
  );
});

async function readPolicy({ clone }: AdoptingProject): Promise<Policy> {
  return parsePolicy(await readFile(join(clone.folder, 'cutwater.yaml'), 'utf8'), { file: 'cutwater.yaml' });
}

/** All of it is in the repository; nothing is an example. */
function judgePolicy(policy: Policy, fingerprint: string): void {
  const { project, source, git, trust, images, binaries, forge, ci } = policy;
  assert.deepEqual([project, source, git.branch], ['rustshare', 'https://github.com/kubedoio/rustshare', 'main']);
  const keyFile = '.cutwater/keys/senolcolak.asc';
  assert.deepEqual(
    trust.maintainers.map(({ name, key }) => [name, key]),
    [['senolcolak', { kind: 'openpgp', fingerprint, keyFile }]],
  );
  assert.equal(images.length, 1, 'whether the other Dockerfile is released is for people to say');
  assert.deepEqual(images[0]?.name, { registry: 'ghcr.io', repository: image });
  assert.deepEqual(
    images[0]?.platforms.map(({ architecture }) => architecture),
    ['amd64', 'arm64'],
  );
  const { build } = images[0] ?? {};
  assert.ok(build?.kind === 'dockerfile');
  assert.deepEqual([build.dockerfile, build.context], ['docker/backend.Dockerfile', '.']);
  assert.deepEqual(binaries, [
    { name: 'rustshare-backend-{machine}-linux', path: '/usr/local/bin/rustshare-backend', static: true },
  ]);
  assert.deepEqual([policy.changelog, policy.upgrading], ['CHANGELOG.md', 'docs/upgrading.md']);
  assert.deepEqual(policy.lockFiles, ['Cargo.lock', 'frontend/package-lock.json']);
  assert.deepEqual(
    policy.versionFiles.map(({ path }) => path),
    ['Cargo.toml', 'frontend/package.json'],
  );
  assert.deepEqual(
    policy.gates.map(({ name, command }) => [name, command.at(-1)]),
    [
      ['cargo-tests', '--locked'],
      ['frontend-tests', 'npm --prefix frontend ci && npm --prefix frontend test'],
      ['final-launch-smoke', './scripts/final-launch-smoke.sh'],
    ],
  );
  assert.deepEqual(policy.checks.required, [
    { name: 'Rust tests', whenChanged: [] },
    { name: 'lint', whenChanged: [] },
    { name: 'Frontend tests', whenChanged: ['frontend/**', '.github/workflows/frontend-ci.yml'] },
  ]);
  assert.deepEqual(policy.checks.classes, ['rc', 'stable'], 'none of the workflows runs on hotfix branches');
  assert.deepEqual([forge.kind, ci.system], ['github', 'github']);
}

interface Examined {
  readonly exitCode: number;
  readonly told: ReadonlyMap<string, string>;
  readonly stopping: readonly string[];
  readonly noted: readonly string[];
}

async function examine({ maintainer }: AdoptingProject): Promise<Examined> {
  const { exitCode } = await runProgram(['doctor'], maintainer);
  const { checks } = await readJson(['doctor'], maintainer);
  assert.ok(Array.isArray(checks));
  const all: readonly { readonly name: string; readonly is: string; readonly says: string }[] = checks;
  const named = (is: string): readonly string[] => all.filter((check) => check.is === is).map(({ name }) => name);
  return {
    exitCode,
    told: new Map(all.map(({ name, says }) => [name, says])),
    stopping: [...named('failed'), ...named('unchecked')],
    noted: named('warning'),
  };
}

/** Does what the comment under "trust" says, and takes the "#" away from the three lines below it. */
async function followTrust(project: AdoptingProject): Promise<void> {
  const { folder } = project.clone;
  const { publicPem } = makeCiKey('ed25519');
  await writeFile(join(folder, '.cutwater/keys/ci.pem'), publicPem);
  const file = join(folder, 'cutwater.yaml');
  const text = await readFile(file, 'utf8');
  const lines = /^ {2}# ci:\n {2}# {3}- name: release workflow\n {2}# {5}keyFile: \.cutwater\/keys\/ci\.pem$/m;
  assert.match(text, lines);
  await writeFile(
    file,
    text.replace(lines, (found) => found.replaceAll('  # ', '  ')),
  );
  await project.push('Trust the release workflow');
}

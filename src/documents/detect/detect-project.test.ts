import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sourcesAt } from '../../../test/make/rustshare-files.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import type { Policy } from '../../policy/policy.ts';
import { formatPolicyTemplate } from '../../policy/policy-template.ts';
import { readComposeBuilds } from './compose-builds.ts';
import { detectProject } from './detect-project.ts';
import { isTelling } from './project-view.ts';
import { readSourceAddress } from './source-address.ts';

type Files = Readonly<Record<string, string>>;

function detect(files: Files, remoteUrl?: string) {
  const telling = new Map(Object.entries(files).filter(([path]) => isTelling(path)));
  return detectProject({
    paths: Object.keys(files),
    read: (path) => telling.get(path),
    remoteUrl,
    branch: 'main',
    folderName: 'Some Folder',
  });
}

/** The policy that `init` would write; that it can be read is half of the test. */
function policyOf(files: Files, remoteUrl?: string): Policy {
  return parsePolicy(formatPolicyTemplate(detect(files, remoteUrl)), { file: 'cutwater.yaml' });
}

const publishing = { '.github/workflows/release.yml': 'env:\n  IMAGE: ghcr.io/kubedoio/rustshare-backend:latest\n' };

void suite('what a project shows of itself', () => {
  void test('RustShare: its workspace, its program, its frontend, and the image its workflow publishes', () => {
    const documents = { 'CHANGELOG.md': '', 'docs/upgrading.md': '' };
    const policy = policyOf(
      { ...sourcesAt('0.4.0'), ...documents, ...publishing },
      'git@github.com:kubedoio/rustshare.git',
    );
    assert.equal(policy.project, 'rustshare');
    assert.equal(policy.source, 'https://github.com/kubedoio/rustshare');
    const [image] = policy.images;
    assert.deepEqual(image?.name, { registry: 'ghcr.io', repository: 'kubedoio/rustshare-backend' });
    assert.ok(image.build.kind === 'dockerfile');
    assert.deepEqual([image.build.dockerfile, image.build.context], ['docker/backend.Dockerfile', '.']);
    assert.deepEqual(policy.binaries, [
      { name: 'rustshare-backend-{machine}-linux', path: '/usr/local/bin/rustshare-backend', static: false },
    ]);
    assert.deepEqual(policy.lockFiles, ['Cargo.lock', 'frontend/package-lock.json']);
    assert.deepEqual(
      policy.versionFiles.map(({ path }) => path),
      ['Cargo.toml', 'frontend/package.json'],
    );
    assert.deepEqual(
      policy.gates.map(({ name, command }) => [name, ...command]),
      [
        ['cargo-tests', 'cargo', 'test', '--workspace', '--locked'],
        ['frontend-tests', 'sh', '-c', 'npm --prefix frontend ci && npm --prefix frontend test'],
      ],
    );
    assert.deepEqual(
      [policy.upgrading, policy.ci.system, policy.forge.kind],
      ['docs/upgrading.md', 'github', 'github'],
    );
  });

  void test('a Go project: its command, its tests, and the registry of its forge', () => {
    const policy = policyOf(
      {
        'go.mod': 'module gitlab.com/acme/tools/harbour\n\ngo 1.24\n',
        'cmd/harbourd/main.go': 'package main\n',
        Dockerfile:
          'FROM golang AS build\nFROM scratch\nCOPY --chown=1:1 --from=build /out/harbourd /usr/bin/\nCOPY /a --from=build /b\nCOPY --from=build /a /b /c\n',
        'internal/testdata/Dockerfile': 'FROM scratch\n',
        'deploy/debug.Dockerfile': 'FROM scratch\n',
      },
      'https://gitlab.com/acme/tools/harbour.git',
    );
    assert.deepEqual(policy.images[0]?.name, { registry: 'registry.gitlab.com', repository: 'acme/tools/harbour' });
    assert.deepEqual(
      policy.binaries.map(({ path }) => path),
      ['/usr/bin/harbourd'],
    );
    assert.deepEqual(
      policy.gates.map(({ command }) => command),
      [['go', 'test', './...']],
    );
    assert.deepEqual([policy.source, policy.ci.system], ['https://gitlab.com/acme/tools/harbour', 'gitlab']);
  });

  void test('of several Dockerfiles the one of the compose file is taken, with its context, and the others are named', () => {
    const files = {
      'deploy/compose.yaml':
        'services:\n  web:\n    build: { context: ../server, dockerfile: Dockerfile }\n    image: ghcr.io/acme/shop-web:dev\n  db: { image: postgres }\n',
      'server/Dockerfile': '',
      'tools/Dockerfile': '',
      'server/package.json': '{"name":"shop","version":"2.0.0","scripts":{"test":"node --test"}}',
      'server/pnpm-lock.yaml': '',
    };
    const policy = policyOf(files, 'ssh://git@git.example.org:2222/acme/shop');
    const [image] = policy.images;
    assert.ok(image?.build.kind === 'dockerfile');
    assert.deepEqual([image.build.dockerfile, image.build.context], ['server/Dockerfile', 'server']);
    assert.deepEqual(image.name, { registry: 'ghcr.io', repository: 'acme/shop-web' });
    assert.deepEqual(detect(files).otherDockerfiles, ['tools/Dockerfile']);
    assert.deepEqual(policy.gates[0]?.command, [
      'sh',
      '-c',
      'pnpm -C server install --frozen-lockfile && pnpm -C server test',
    ]);
    assert.equal(policy.ci.system, undefined);
  });

  void test('an empty repository gives a policy too, with what is missing as an example', () => {
    const policy = policyOf({});
    assert.equal(policy.project, 'some-folder');
    assert.deepEqual(policy.images[0]?.name, { registry: 'embedded', repository: 'some-folder' });
    assert.deepEqual([policy.gates, policy.binaries, policy.lockFiles], [[], [], []]);
  });

  void test('a compose file that only pulls the image says where it is published', () => {
    const files = {
      Dockerfile: 'FROM scratch\n',
      'deploy/compose.yaml': 'services:\n  a: { image: ghcr.io/acme/a-server:1 }\n',
    };
    assert.equal(detect(files, 'https://github.com/acme/a').repository, 'ghcr.io/acme/a-server');
  });

  void test("another owner's image, a variable and a path out of the repository are not taken", () => {
    const workflow = {
      '.github/workflows/x.yml': 'image: ghcr.io/somebody/else\nother: ghcr.io/${{ github.repository }}\n',
    };
    assert.equal(detect(workflow, 'https://github.com/acme/a').repository, 'ghcr.io/acme/a');
    const compose =
      'services:\n  a: { build: ../.. }\n  b: { build: { context: $DIR } }\n  c: { build: "https://x/y.git" }\n';
    assert.deepEqual(readComposeBuilds('deploy/compose.yaml', compose), []);
    assert.deepEqual(readComposeBuilds('compose.yaml', 'services: [a]\n'), []);
    assert.deepEqual(readComposeBuilds('compose.yaml', ': : :'), []);
  });

  void test('the workflows that are there say what runs them, where the host does not', () => {
    const system = (path: string): unknown => detect({ [path]: '' }, 'https://git.example.org/a/b').ciSystem;
    assert.deepEqual(
      ['.forgejo/workflows/a.yml', '.gitea/workflows/a.yml', '.gitlab-ci.yml', '.github/workflows/a.yml', 'a'].map(
        system,
      ),
      ['forgejo', 'forgejo', 'gitlab', 'github', undefined],
    );
  });

  void test('lock files of what is no product are left out, and so are manifests that no reader understands', () => {
    const policy = policyOf({
      'docs/package-lock.json': '{}',
      'examples/a/Cargo.lock': '',
      'Cargo.lock': '',
      'Cargo.toml': '[package]\nname = "a"\n[[bin]]\nname = "b; rm"\n',
      'package.json': 'no json',
    });
    assert.deepEqual(policy.lockFiles, ['Cargo.lock']);
    assert.deepEqual(
      policy.gates.map(({ name }) => name),
      ['cargo-tests'],
    );
    assert.deepEqual(policy.versionFiles, []);
  });
});

void test('the address of a remote is read in all its forms, and never with a password', () => {
  const urls = [
    'git@github.com:acme/a.git',
    'https://user:secret@github.com/acme/a.git',
    'ssh://git@github.com:22/acme/a/',
    'https://github.com/acme/a',
  ].map((text) => readSourceAddress(text)?.url);
  assert.deepEqual(new Set(urls), new Set(['https://github.com/acme/a']));
  for (const text of [undefined, '/srv/a.git', 'https://github.com/a', 'https://github.com/a/..', 'https://x/a/b?c'])
    assert.equal(readSourceAddress(text), undefined, text);
});

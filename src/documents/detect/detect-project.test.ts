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
      { name: 'rustshare-backend-{machine}-linux', path: '/usr/local/bin/rustshare-backend', static: true },
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
    assert.deepEqual(policy.checks.required, [{ name: 'test', whenChanged: [] }]);
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
    assert.deepEqual(policy.forge, { kind: 'gitlab', address: 'https://gitlab.com', repository: 'acme/tools/harbour' });
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
    assert.deepEqual(
      detect(files).otherImages?.map(({ dockerfile }) => dockerfile),
      ['tools/Dockerfile'],
    );
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

  void test('a name put together from variables of the workflow is read, and a part of a name is not taken for one', () => {
    const workflow = (images: string): Files => ({
      '.github/workflows/a.yml': `on: push\nenv: { REGISTRY: ghcr.io, IMAGE: "\${{ github.repository }}-server" }\njobs:\n  a: { steps: [{ run: "${images}" }] }\n`,
    });
    const found = (images: string): unknown => detect(workflow(images), 'https://github.com/Acme/a').repository;
    assert.equal(found('push ${{ env.REGISTRY }}/${{ env.IMAGE }}:1'), 'ghcr.io/acme/a-server');
    assert.equal(found('push ghcr.io/${{ github.repository_owner }}/b:1'), 'ghcr.io/acme/b');
    assert.equal(found('push ghcr.io/acme/b-${{ matrix.part }}:1'), 'ghcr.io/acme/a');
    assert.equal(found('push ghcr.io/acme/b/${PART}'), 'ghcr.io/acme/a');
    const compose =
      'services:\n  a: { build: ., image: "ghcr.io/acme/c:${TAG:-latest}" }\n  b: { build: ., image: "$X/d:1" }\n';
    assert.deepEqual(
      readComposeBuilds('compose.yaml', compose).map(({ image }) => image),
      ['ghcr.io/acme/c', undefined],
    );
  });

  void test('the image that a workflow pushes when a tag is made is the one of the project, on whatever registry', () => {
    const workflow = `on: { release: { types: [published] } }
permissions:
  packages: write
env: { IMAGE: server }
jobs:
  a:
    steps:
      - uses: docker/metadata-action@v5
        with:
          images: |
            name=\${{ github.repository_owner }}/\${{ env.IMAGE }}
            quay.io/elsewhere/server
            ghcr.io/acme/\${{ matrix.x }}
`;
    const files = {
      '.github/workflows/a.yml': workflow,
      'compose.yaml': 'services: { a: { image: "ghcr.io/acme/old" } }\n',
    };
    const template = detect(files, 'https://github.com/acme/shop');
    assert.equal(template.repository, 'docker.io/acme/server');
    assert.deepEqual(template.mirrors, ['quay.io/elsewhere/server']);
    const text = formatPolicyTemplate(template);
    assert.match(text, /# Filled after each release: mirrors: \[quay\.io\/elsewhere\/server\]/);
    const composed = { Dockerfile: '', 'compose.yaml': 'services: { a: { build: ., image: "acme/web:1" } }\n' };
    assert.equal(detect(composed, 'https://github.com/acme/shop').repository, 'docker.io/acme/web');
  });

  void test('a part of a workspace is tested after the packages of the whole were installed', () => {
    const scripts = '{"scripts":{"test":"x"}}';
    const commands = (files: Files): unknown => detect(files).gates?.map(({ command }) => command.at(-1));
    assert.deepEqual(commands({ 'package-lock.json': '', 'a/b/package.json': scripts }), [
      'npm ci && npm --prefix a/b test',
    ]);
    assert.deepEqual(commands({ 'a/yarn.lock': '', 'a/package.json': scripts }), [
      'yarn --cwd a install --frozen-lockfile && yarn --cwd a test',
    ]);
    assert.deepEqual(commands({ 'b/package-lock.json': '', 'a/package.json': scripts }), ['test']);
  });

  void test('further Dockerfiles are shown as images that could be released too, and are none until somebody says so', () => {
    const files = {
      'app.Dockerfile': '',
      'docker/chat.Dockerfile': '',
      'docker/chat.dev.Dockerfile': '',
      'web/Dockerfile': '',
      'web/package.json': '{}',
    };
    const remote = 'https://github.com/acme/shop';
    assert.deepEqual(detect(files, remote).otherImages, [
      { dockerfile: 'docker/chat.Dockerfile', context: '.', repository: 'ghcr.io/acme/shop-chat' },
      { dockerfile: 'web/Dockerfile', context: 'web', repository: 'ghcr.io/acme/shop-web' },
    ]);
    const text = formatPolicyTemplate(detect(files, remote));
    assert.equal(parsePolicy(text, { file: 'cutwater.yaml' }).images.length, 1);
    const all = parsePolicy(
      text.replaceAll(/^ {2}# (- repository|  build):?/gm, (line) => line.replace('# ', '')),
      {
        file: 'cutwater.yaml',
      },
    );
    assert.deepEqual(
      all.images.map(({ name }) => name.repository),
      ['acme/shop', 'acme/shop-chat', 'acme/shop-web'],
    );
  });

  void test('the platforms of a published image are those of the workflow that publishes tags', () => {
    const step = (platforms: string): string =>
      `jobs: { a: { steps: [{ uses: docker/build-push-action@v6, with: { platforms: "${platforms}" } }] } }\n`;
    const files = {
      '.github/workflows/a.yml': `on: { push: { branches: [main] } }\n${step('linux/amd64')}`,
      '.github/workflows/b.yml': `on: { push: { tags: ['v*'] } }\n${step('linux/amd64, linux/arm64,linux/arm/v7')}`,
    };
    assert.deepEqual(
      policyOf(files).images[0]?.platforms.map(({ architecture }) => architecture),
      ['amd64', 'arm64', 'arm'],
    );
    assert.equal(
      detect({ '.github/workflows/b.yml': `on: [push]\n${step('${{ matrix.x }}')}` }).platforms?.length,
      undefined,
    );
  });

  void test('the forge is told by the host where everybody knows it, and only for an address that can be a repository there', () => {
    const forge = (remote: string): unknown => detect({}, remote).forge;
    assert.deepEqual(
      [
        'https://codeberg.org/a/b',
        'git@github.com:a/b.git',
        'https://gitlab.com/a/b/c',
        'https://github.com/a/b/c',
      ].map(forge),
      ['forgejo', 'github', 'gitlab', undefined],
    );
    assert.equal(forge('https://git.example.org/a/b'), undefined);
  });

  void test('a program is static where the last stage of its image is empty', () => {
    const isStatic = (from: string): unknown => {
      const Dockerfile = `FROM rust AS b\nFROM ${from}\nCOPY --from=b /out/a /bin/a\n`;
      return policyOf({ Dockerfile, 'Cargo.toml': '[package]\nname = "a"\n', 'src/main.rs': '' }).binaries[0]?.static;
    };
    assert.deepEqual(
      ['scratch', '--platform=$TARGETPLATFORM scratch', 'gcr.io/distroless/static-debian12:nonroot', 'debian', 'b'].map(
        isStatic,
      ),
      [true, true, true, false, false],
    );
  });

  void test('a script that the description of a release asks for is a gate; others, and drills, are shown', () => {
    const template = detect({
      'docs/release-process.md': 'Run `./scripts/final-smoke.sh`, then scripts/restore-drill.sh.',
      'scripts/final-smoke.sh': '',
      'scripts/beta-smoke.sh': '',
      'scripts/restore-drill.sh': '',
      'scripts/smoker.sh': '',
      'tests/smoke.sh': '',
      'scripts/run-upgrade-test-smoke.sh': '',
    });
    assert.deepEqual(
      template.gates?.map(({ name, command, askedBy }) => [name, command, askedBy]),
      [['final-smoke', ['./scripts/final-smoke.sh'], 'docs/release-process.md']],
    );
    assert.deepEqual(
      template.scripts?.map(({ path }) => path),
      ['scripts/beta-smoke.sh'],
    );
    assert.deepEqual(template.drills, [
      { name: 'restore-drill', path: 'scripts/restore-drill.sh', askedBy: 'docs/release-process.md' },
      { name: 'upgrade-test-smoke', path: 'scripts/run-upgrade-test-smoke.sh', askedBy: undefined },
    ]);
    const text = formatPolicyTemplate(template);
    for (const line of ['# - name: beta-smoke', '#   - name: restore-drill # scripts/restore-drill.sh, which docs/'])
      assert.ok(text.includes(line), text);
  });

  void test('what npm init writes for a test is none, and a folder that a shell would read is named in no gate', () => {
    const none = JSON.stringify({ scripts: { test: 'echo "Error: no test specified" && exit 1' } });
    const real = JSON.stringify({ scripts: { test: 'node --test' } });
    const policy = policyOf({
      'package.json': none,
      'web/package.json': real,
      'web/package-lock.json': '{}',
      'a;b/package.json': real,
      'a;b/package-lock.json': '{}',
    });
    assert.deepEqual(
      policy.gates.map(({ command }) => command),
      [['sh', '-c', 'npm --prefix web ci && npm --prefix web test']],
    );
  });

  void test('the program of a Go module is called like the module without its major version', () => {
    const files = {
      'go.mod': 'module example.org/harbour/v2\n',
      'main.go': '',
      Dockerfile: 'FROM golang AS b\nFROM scratch\nCOPY --from=b /out/harbour /bin/harbour\n',
    };
    assert.deepEqual(
      policyOf(files).binaries.map(({ path }) => path),
      ['/bin/harbour'],
    );
  });

  void test('a page of the process that people wrote is left alone', () => {
    assert.equal(policyOf({ 'docs/Release-Process.md': '' }).processDocument, 'docs/releasing.md');
    assert.equal(
      policyOf({ 'docs/release-process.md': '', 'docs/RELEASING.md': '' }).processDocument,
      'docs/releasing-with-cutwater.md',
    );
    assert.equal(policyOf({}).processDocument, 'docs/release-process.md');
  });

  void test('a scanner is taken over from the workflows, and without one nothing is scanned', () => {
    const workflow = 'on: push\njobs: { a: { steps: [{ uses: "aquasecurity/trivy-action@v1" }] } }\n';
    assert.equal(policyOf({ '.github/workflows/a.yml': workflow }).scan?.tool, 'trivy');
    assert.equal(policyOf({}).scan, undefined);
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

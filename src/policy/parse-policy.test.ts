import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CutwaterError } from '../domain/error.ts';
import { binariesOf } from './binaries-of.ts';
import { parsePolicy } from './parse-policy.ts';

const minimal = `project: harbor
images:
  - build: { dockerfile: Dockerfile }
trust:
  maintainers:
    - name: Ada
      openpgp: { fingerprint: 0123 4567 89ab cdef 0123  4567 89AB CDEF 0123 4567, keyFile: .cutwater/keys/ada.asc }
`;

test("parsePolicy() reads a minimal file as RustShare's process", () => {
  assert.deepEqual(parsePolicy(minimal, { file: 'cutwater.yaml' }), {
    project: 'harbor',
    source: undefined,
    git: { branch: 'main', releaseBranches: ['main', 'hotfix/*'], ignoreTags: [] },
    signatures: { stable: 'required', rc: 'optional', formats: ['openpgp'] },
    signing: { fulcio: 'https://fulcio.sigstore.dev', rekor: 'https://rekor.sigstore.dev', timestamp: undefined },
    trust: {
      maintainers: [
        {
          name: 'Ada',
          key: {
            kind: 'openpgp',
            fingerprint: '0123456789ABCDEF0123456789ABCDEF01234567',
            keyFile: '.cutwater/keys/ada.asc',
          },
          revoked: false,
          notAfter: undefined,
        },
      ],
      ci: [],
    },
    images: [
      {
        name: { registry: 'embedded', repository: 'harbor' },
        mirrors: [],
        platforms: [
          { os: 'linux', architecture: 'amd64' },
          { os: 'linux', architecture: 'arm64' },
        ],
        build: {
          kind: 'dockerfile',
          dockerfile: 'Dockerfile',
          context: '.',
          builder: 'auto',
          target: undefined,
          args: {},
        },
      },
    ],
    binaries: [],
    channels: { major: 'always', latest: { kind: 'highest' }, sha: 'full', edge: true, nightly: true },
    changelog: 'CHANGELOG.md',
    upgrading: 'docs/upgrading.md',
    processDocument: 'docs/release-process.md',
    upgradingRequired: ['stable', 'hotfix'],
    versionFiles: [],
    notBuildInput: ['CHANGELOG.md', 'docs/**'],
    hotfix: { maxLines: 300, maxFiles: 15, paths: [], mergeBack: 'required' },
    gates: [],
    evidence: [],
    scan: undefined,
    sbom: { also: [] },
    lockFiles: [],
    checks: { required: [], timeoutSeconds: 1800, classes: ['rc', 'stable', 'hotfix'] },
    forge: { kind: 'local', folder: '.cutwater/releases' },
    ci: {
      system: undefined,
      runner: undefined,
      runners: {},
      image: undefined,
      tool: '.cutwater/tool',
      toolFrom: 'lockFile',
      setup: [],
      trivy: undefined,
      environment: undefined,
      timeout: 7200,
      schedule: '41 5 * * *',
    },
    withdrawal: { incident: 'commit' },
    announce: [],
  });
});

test('parsePolicy() takes the documents of a release for no build input, wherever they are', () => {
  const files = 'changelog: HISTORY.md\nupgrading: UPGRADING.md\nprocessDocument: RELEASING.md\n';
  const read = (text: string): readonly string[] => parsePolicy(`${minimal}${text}`, { file: 'x' }).notBuildInput;
  assert.deepEqual(read(files), ['HISTORY.md', 'UPGRADING.md', 'RELEASING.md', 'docs/**']);
  assert.deepEqual(read('changelog: docs/CHANGES.md\nupgrading: false\n'), ['docs/**']);
  assert.deepEqual(read(`${files}notBuildInput: []\n`), []);
});

test('parsePolicy() reads every field that a person may write', () => {
  const policy = parsePolicy(
    `version: 1
project: harbor
source: https://github.com/example/harbor
git: { branch: trunk, ignoreTags: ["^api/v"] }
signatures: { rc: required, formats: [ssh] }
trust:
  maintainers:
    - name: Bo
      ssh: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA bo@example.org
      notAfter: 2027-01-31
  ci: [{ name: workflow, keyFile: keys/ci.pem }]
images:
  - repository: registry.example:5000/team/harbor
    mirrors: [quay.example/team/harbor, embedded/harbor]
    platforms: [linux/arm/v7]
    build:
      assemble:
        prepare: [node build.mjs, [make, "all the things"]]
        files: [{ from: "build/harbor-{arch}", to: /harbor, mode: "0755" }, { from: a, to: "/etc/{os}" }, { from: root, to: /, mode: as-is }]
        writableFolders: [/tmp]
        entrypoint: [/harbor]
        env: { EMPTY: "", PORT: "80" }
        user: "65532:65532"
        workdir: /
        ports: ["8080", 53/udp]
binaries: [{ name: "harbor-{machine}", path: /harbor, static: true }]
channels: { major: from-1.0, latest: "2.1", sha: short, edge: false, nightly: false }
changelog: docs/CHANGES.md
upgrading: false
notBuildInput: ["*.md"]
hotfix: { maxLines: 1, maxFiles: 1000000, paths: ["src/**"], mergeBack: off }
gates:
  - { name: smoke, on: candidate, command: ["./smoke", "{image}"], timeout: 1h30m, classes: [stable], env: [SMOKE_URL],
      whenChanged: ["src/**"], report: { path: out/smoke.env, format: keyvalue, expect: { SMOKE_STATUS: passed } } }
  - { name: drill, command: ./drill, report: { path: gate.yaml, format: yaml } }
evidence:
  - { name: staging, maxAge: 14d }
  - { name: restore-drill, requiredFor: [hotfix], whenChanged: ["migrations/**"] }
lockFiles: [Cargo.lock]
forge: { kind: local, folder: out/releases }
`,
    { file: 'x' },
  );
  assert.deepEqual(policy.git, { branch: 'trunk', releaseBranches: ['trunk', 'hotfix/*'], ignoreTags: ['^api/v'] });
  assert.deepEqual(policy.hotfix, { maxLines: 1, maxFiles: 1000000, paths: ['src/**'], mergeBack: 'off' });
  assert.deepEqual(policy.trust.maintainers[0], {
    name: 'Bo',
    key: { kind: 'ssh', publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
    revoked: false,
    notAfter: Date.UTC(2027, 0, 31, 23, 59, 59) / 1000,
  });
  assert.deepEqual(policy.images[0]?.mirrors, [
    { registry: 'quay.example', repository: 'team/harbor' },
    { registry: 'embedded', repository: 'harbor' },
  ]);
  assert.deepEqual(policy.images[0].build, {
    kind: 'assemble',
    base: 'scratch',
    prepare: [
      ['node', 'build.mjs'],
      ['make', 'all the things'],
    ],
    files: [
      { from: 'build/harbor-{arch}', to: '/harbor', mode: 0o755 },
      { from: 'a', to: '/etc/{os}', mode: 0o644 },
      { from: 'root', to: '/', mode: 'as-is' },
    ],
    writableFolders: ['/tmp'],
    entrypoint: ['/harbor'],
    cmd: [],
    env: { EMPTY: '', PORT: '80' },
    user: '65532:65532',
    workdir: '/',
    ports: ['8080/tcp', '53/udp'],
  });
  assert.deepEqual(policy.channels, {
    major: 'from-1.0',
    latest: { kind: 'line', line: '2.1' },
    sha: 'short',
    edge: false,
    nightly: false,
  });
  assert.equal(policy.upgrading, undefined);
  assert.deepEqual(policy.gates, [
    {
      name: 'smoke',
      on: 'candidate',
      command: ['./smoke', '{image}'],
      timeoutSeconds: 5400,
      classes: ['stable'],
      env: ['SMOKE_URL'],
      report: { format: 'keyvalue', path: 'out/smoke.env', expect: { SMOKE_STATUS: 'passed' } },
      whenChanged: ['src/**'],
    },
    {
      name: 'drill',
      on: 'source',
      command: ['./drill'],
      timeoutSeconds: 1800,
      classes: ['rc', 'stable', 'hotfix'],
      env: [],
      report: { format: 'yaml', path: 'gate.yaml', gates: [] },
      whenChanged: [],
    },
  ]);
  assert.deepEqual(policy.evidence, [
    { name: 'staging', requiredFor: ['stable'], whenChanged: [], maxAgeSeconds: 14 * 86_400 },
    { name: 'restore-drill', requiredFor: ['hotfix'], whenChanged: ['migrations/**'], maxAgeSeconds: undefined },
  ]);
  assert.deepEqual(policy.forge, { kind: 'local', folder: 'out/releases' });
});

test('parsePolicy() reports every problem of a file at once, in order, with line and column', () => {
  const text = `projct: x
project: Harbor
git:
  releaseBranches: [dev]
images:
  - build: { dockerfile: ../x }
trust:
  maintainers:
    - { name: "", openpgp: { fingerprint: ABCD1234, keyFile: /abs } }
gates:
  - { name: t, command: cargo test }
  - { name: t, command: [], timeout: 10 }
`;
  const places = problemsOf(text).map((line) => line.replace(/: found.*/, ''));
  assert.deepEqual(places, [
    'cutwater.yaml:1:1: projct',
    'cutwater.yaml:2:10: project',
    'cutwater.yaml:4:20: git.releaseBranches',
    'cutwater.yaml:6:26: images[0].build.dockerfile',
    'cutwater.yaml:9:15: trust.maintainers[0].name',
    'cutwater.yaml:9:43: trust.maintainers[0].openpgp.fingerprint',
    'cutwater.yaml:9:62: trust.maintainers[0].openpgp.keyFile',
    'cutwater.yaml:12:13: gates[1].name',
    'cutwater.yaml:12:25: gates[1].command',
    'cutwater.yaml:12:38: gates[1].timeout',
  ]);
});

/** Each line is added to the minimal file, or replaces the field it begins with; the sentence must be in the problems. */
const refusals: readonly (readonly [string, string])[] = [
  ['gits: {}', 'gits: found an unknown field, wanted one of version, project, source, git, '],
  ['git: { release-branches: [main] }', 'did you mean "releaseBranches"?'],
  ['git:', 'git: found nothing, wanted a mapping'],
  ['git: { branch: main, releaseBranches: [next] }', 'wanted a list that contains the protected branch "main"'],
  ['git: { branch: "a..b" }', 'characters that git does not allow'],
  ['git: { ignoreTags: ["(a+)+"] }', 'may take very long on a hostile name'],
  ['git: { ignoreTags: ["/v"] }', 'matches withdrawn/v1.2.3/1 too'],
  ['git: { ignoreTags: [""] }', 'found an empty text'],
  ['project: ""', 'project: found an empty text'],
  ['project: 12', 'found 12, wanted a name of lower case letters'],
  ['source: http://example.org/x', 'source: found "http://example.org/x"'],
  ['changelog: /etc/passwd', 'which is absolute'],
  ['changelog: a/../../b', 'leaves the repository with ".."'],
  ['changelog: .git/config', 'inside .git'],
  ['upgrading: true', 'wanted the path of a file, or false'],
  ['channels: { latest: 2.10 }', 'found 2.10, wanted "highest" or a line in quotes'],
  ['channels: { major: sometimes }', 'wanted one of "always", "from-1.0"'],
  ['signatures: { stable: optional }', 'found "optional", wanted "required"'],
  [
    'signatures: { formats: [ssh] }',
    'found a key of the format "openpgp", wanted a key of a format in signatures.formats ("ssh")',
  ],
  ['signatures: { formats: [x509] }', 'wanted one of "openpgp", "ssh"'],
  ['notBuildInput: ["**"]', 'matches nearly every file'],
  ['hotfix: { maxLines: 0 }', 'hotfix.maxLines: found 0, wanted a whole number from 1 to 1000000'],
  ['hotfix: { maxFiles: 1000001 }', 'hotfix.maxFiles: found 1000001, wanted a whole number from 1 to 1000000'],
  ['hotfix: { maxLines: 1.5 }', 'found 1.5, wanted a whole number from 1 to 1000000'],
  ['hotfix: { paths: ["**"] }', 'wanted a path pattern such as "src/**"'],
  ['notBuildInput: ["Docker*"]', 'which matches "Dockerfile", wanted only files that the build does not read'],
  ['notBuildInput: ["*.yaml"]', 'which matches "cutwater.yaml"'],
  ['binaries: [{ name: app, path: /app }]', 'the same name for linux/amd64 and linux/arm64'],
  [
    'binaries: [{ name: "app-{arch}", path: /app }, { name: app-amd64, path: /b }]',
    'binaries[1].name: found "app-amd64", for linux/amd64 the same name as binaries[0].name',
  ],
  ['binaries: [{ name: "a-{arch}", path: /a, image: web }]', 'found "web", which is no image of the policy, wanted'],
  ['binaries: [{ name: "app-{arhc}", path: /app }]', 'unknown placeholder "{arhc}" (did you mean "{arch}"?)'],
  ['binaries: [{ name: "../{arch}", path: /app }]', 'characters that are not allowed in an asset'],
  ['binaries: [{ name: "a-{arch}", path: "/app-{arch}" }]', 'the path is the same on every platform'],
  ['binaries: [{ name: "a-{arch}", path: /a/../b }]', '"." or ".." part'],
  ['ci: { trivy: { version: v1.2.3, sha256: {} } }', 'the digest for amd64, arm64 or both'],
  ['ci: { trivy: { version: latest, sha256: {} } }', 'a version such as "v0.74.0"'],
  ['gates: [{ name: a, command: [A=b, c] }]', 'variables are set by [env, NAME=value, ...]'],
  ['gates: [{ name: a, command: "x | y" }]', 'commands are not run by a shell'],
  ['gates: [{ name: a, command: [x, ""] }]', 'gates[0].command[1]: found an empty text'],
  ['gates: [{ name: a, command: [x, "{image}"] }]', 'before the build there is no image'],
  ['gates: [{ name: a, on: candidate, command: [x, "{imgae}"] }]', 'found "{imgae}", wanted {image}'],
  ['gates: [{ name: a, command: x, timeout: 0m }]', 'which is no time at all'],
  ['gates: [{ name: a, command: x, timeout: 10 }]', 'in quotes'],
  ['gates: [{ name: a, command: x, classes: [] }]', 'a list of at least one of "rc", "stable"'],
  ['gates: [{ name: a, command: x, classes: [nightly] }]', 'wanted one of "rc", "stable", "hotfix", "edge"'],
  ...['CUTWATER_CI_KEY', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'ACTIONS_ID_TOKEN_REQUEST_URL', 'SIGSTORE_ID_TOKEN'].map(
    (name) => [`gates: [{ name: a, command: x, env: [${name}] }]`, 'which lets a program sign as CI'] as const,
  ),
  ['gates: [{ name: a, command: x, env: ["A=B"] }]', 'which is no name of a variable'],
  ['gates: [{ name: a, command: x, env: [HOME] }]', 'which is set by Cutwater itself'],
  ['gates: [{ name: a, command: x, whenChanged: [] }]', 'a list of at least one path pattern'],
  ['gates: [{ name: a, command: x, report: { path: ../x, format: yaml } }]', 'leaves the repository with ".."'],
  ['gates: [{ name: a, command: x, report: { path: r, format: keyvalue } }]', 'found no "expect"'],
  ['gates: [{ name: a, command: x, report: { path: r, format: keyvalue, expect: {} } }]', 'found an empty mapping'],
  [
    'gates: [{ name: a, command: x, report: { path: r, format: yaml, expect: { A: b } } }]',
    'found expect, wanted it only',
  ],
  [
    'gates: [{ name: a, command: x, report: { path: r, format: keyvalue, expect: { A: b }, gates: [c] } }]',
    'found gates, wanted it only',
  ],
  [
    'gates: [{ name: a, command: x, report: { path: r, format: keyvalue, expect: { A: PENDING } } }]',
    'found "PENDING", wanted a value that means it passed',
  ],
  ['gates: [{ name: a, command: x, report: { path: r, format: keyvalue, expect: { A: 0 } } }]', 'in quotes'],
  [
    'gates: [{ name: a, command: x, report: { path: r, format: keyvalue, expect: { "A B": x } } }]',
    'a key such as SMOKE_STATUS',
  ],
  ['evidence: [{ name: Staging }]', 'lower case letters'],
  ['evidence: [{ name: staging }, { name: staging }]', 'which evidence[0].name is already'],
  ['evidence: [{ name: staging, requiredFor: [edge] }]', 'wanted one of "rc", "stable", "hotfix"'],
  ['evidence: [{ name: staging, maxAge: 90m }]', 'is not a number of hours or days'],
  ['gates: { a: 1 }', 'gates: found a mapping, wanted a list of gates'],
  ['forge: github', 'forge: found "github" without address and repository, and no "source" that says it'],
  ['source: https://git.example/a/b/c\nforge: github', 'forge: found "github" without address and repository'],
  ['forge: { kind: github, repository: a/b }', 'forge: found "github" without address'],
  ['checks: { required: [{ name: test }] }', 'checks.required: found checks, with "forge: local"'],
  ['gates: [{ name: forge-checks, command: [a] }]', 'gates[0].name: found "forge-checks"'],
  ['forge: svn', 'forge: found "svn", wanted one of "local", "github"'],
  ['forge: { kind: github, address: "http://git.example", repository: a/b }', 'is no https address'],
  ['forge: { kind: github, address: "https://u:p@git.example", repository: a/b }', 'is no https address'],
  [
    'forge: { kind: github, address: "https://git.example", repository: ../b }',
    'has a part that is no name on a forge',
  ],
  ['forge: { kind: local, path: x }', 'forge.path: found an unknown field'],
  ['images: []', 'images: found an empty list, wanted a list of at least one image'],
  ['images: [{ build: {} }]', 'found neither dockerfile nor assemble'],
  ['images: [{ build: { context: . } }]', 'found "context", wanted it only beside dockerfile'],
  ['images: [{ repository: harbor, build: { dockerfile: a } }]', 'has no registry host'],
  ['images: [{ mirrors: quay.example/a, build: { dockerfile: a } }]', 'wanted a list of repositories'],
  ['images: [{ mirrors: [harbor], build: { dockerfile: a } }]', 'has no registry host'],
  ['images: [{ mirrors: [embedded/harbor], build: { dockerfile: a } }]', 'which is the repository itself'],
  [
    'images: [{ repository: a.example/b, mirrors: ["A.example:443/b"], build: { dockerfile: a } }]',
    'which is the repository itself',
  ],
  [
    'images: [{ mirrors: [a.example/b, A.example/b], build: { dockerfile: a } }]',
    'which images[0].mirrors[0] is already',
  ],
  [
    'images: [{ build: { dockerfile: a } }, { build: { dockerfile: b } }]',
    'images[1]: found "embedded/harbor", which images[0] is already, wanted a repository of its own for each image',
  ],
  [
    'images: [{ repository: a.example/x, build: { dockerfile: a } }, { repository: "A.example:443/x", build: { dockerfile: a } }]',
    'images[1].repository: found "A.example:443/x", which images[0].repository is already',
  ],
  [
    'images: [{ repository: a.example/web-ui, build: { dockerfile: a } }, { repository: b.example/web.ui, build: { dockerfile: a } }]',
    'images[1].repository: found "b.example/web.ui", whose last part images[0].repository has too',
  ],
  [
    'images: [{ build: { dockerfile: a } }, { repository: a.example/b, mirrors: [embedded/harbor], build: { dockerfile: a } }]',
    'images[1].mirrors[0]: found "embedded/harbor", which is the repository of images[0]',
  ],
  [
    'images: [{ mirrors: [m.example/b], build: { dockerfile: a } }, { repository: a.example/b, mirrors: [m.example/b], build: { dockerfile: a } }]',
    'images[1].mirrors[0]: found "m.example/b", which images[0].mirrors[0] is already',
  ],
  [
    'images: [{ lockFiles: [go.sum], build: { dockerfile: a } }]',
    'images[0].lockFiles: found lock files of the first image, wanted them in lockFiles of the policy',
  ],
  [
    'images: [{ build: { dockerfile: a } }, { repository: a.example/b, build: { dockerfile: a } }]\nscan: { tool: recorded, report: r.json }',
    'scan.tool: found "recorded" beside 2 images, wanted another tool',
  ],
  ['ci: { tool: -x/tool }', 'ci.tool: found "-x/tool", which begins with "-", as an option does'],
  [
    'gates: [{ name: boot, on: candidate, command: [boot, "{image:web}"] }]',
    'found {image:web}, wanted only {image}: there is one image',
  ],
  [
    'gates: [{ name: boot, command: [boot, "{image:web}"] }]',
    'found {image:web} in a gate on source, wanted a gate with "on: candidate"',
  ],
  [
    'images: [{ platforms: [linux/amd64, linux/amd64], build: { dockerfile: a } }]',
    'which images[0].platforms[0] is already',
  ],
  [
    'images: [{ platforms: [linux/arm64, linux/arm64/v8], build: { dockerfile: a } }]',
    'which images[0].platforms[0] is already',
  ],
  ['ci: { runners: { linux/arm64/v8: box } }', 'found "linux/arm64/v8", wanted a platform such as linux/arm64'],
  [
    'images: [{ build: { assemble: { base: "alpine:3", files: [], entrypoint: [a] } } }]',
    'wanted "scratch" or an image by digest',
  ],
  [
    'images: [{ build: { assemble: { files: [{ from: a, to: /a, mode: 0755 }], entrypoint: [a] } } }]',
    'found 0755, wanted permission bits in quotes',
  ],
  [
    'images: [{ build: { assemble: { files: [{ from: a, to: /a }], writableFolders: [/], entrypoint: [a] } } }]',
    'wanted an absolute path such as "/tmp"',
  ],
  [
    'images: [{ build: { assemble: { files: [{ from: a, to: /a }], entrypoint: [a], env: { "A B": x } } } }]',
    'the name of an environment variable',
  ],
  ['ci: { runners: { arm64: box } }', 'wanted a platform such as linux/arm64'],
  ['ci: { runners: { linux/arm64: "${{ box }}" } }', 'wanted the label of a runner'],
  ['ci: { runners: [box] }', 'wanted a mapping of platforms to labels of runners'],
  ['trust: { maintainers: [] }', 'wanted a list of at least one maintainer'],
  ['trust: { maintainers: [{ name: A, ssh: ssh-dss AAAA }] }', 'a known key type'],
  ['trust: { maintainers: [{ name: A, ssh: "sk-ssh-ed25519@openssh.com AAAA" }] }', 'is a security-key type'],
  ['trust: { maintainers: [{ name: A }] }', 'found neither openpgp nor ssh'],
  ['trust: { maintainers: [{ name: A, notAfter: 2027-02-30 }] }', 'is a day that no calendar has'],
  [
    'trust: { maintainers: [{ name: A, openpgp: { fingerprint: 0123456789ABCDEF0123456789ABCDEF01234567, keyFile: k } }], ci: [{ name: c, keyFile: k }] }',
    'which trust.maintainers[0].openpgp.keyFile is too',
  ],
  ['project: a\nproject: b', 'found a field that is there already'],
  ['git: !!binary aGk=', 'the YAML tag "!!binary"'],
  ['git: *nowhere', 'an alias without its anchor'],
  ['git: &a [*a]', 'an alias of something that holds aliases'],
  ['1: x', '1: found an unknown field'],
  ['? [a]\n: x', 'found a field whose name is no text'],
  ['git:\n\tbranch: main', 'found a tab'],
  ['---\nproject: b', 'found a second document'],
  ['__proto__: { project: x }', '__proto__: found an unknown field'],
  ['"\\u202e\\e[2J": x', '\\u{202e}\\u{1b}[2J: found an unknown field'],
];

test('parsePolicy() reads companions, each with platforms, mirrors and lock files of its own, and gates that are given them', () => {
  const policy = parsePolicy(
    minimal.replace(
      /^images:.*\n(?: .*\n)*/m,
      `images:
  - build: { dockerfile: app.Dockerfile }
  - repository: a.example/team/web-ui
    mirrors: [b.example/team/web-ui]
    platforms: [linux/amd64]
    lockFiles: [web/package-lock.json]
    build: { dockerfile: web.Dockerfile }
gates:
  - { name: boot, on: candidate, command: [boot, "{image}", "{image:web-ui}"] }
binaries:
  - { name: web, image: web-ui, path: /web }
  - { name: "app-{arch}", image: harbor, path: /app }
`,
    ),
    { file: 'cutwater.yaml' },
  );
  const [first, companion, ...none] = policy.images;
  assert.deepEqual([first?.platforms.length, first?.lockFiles, none], [2, undefined, []]);
  assert.deepEqual(companion?.name, { registry: 'a.example', repository: 'team/web-ui' });
  assert.deepEqual(companion.mirrors, [{ registry: 'b.example', repository: 'team/web-ui' }]);
  assert.deepEqual([companion.platforms.length, companion.lockFiles], [1, ['web/package-lock.json']]);
  assert.deepEqual(
    policy.images.map(({ name }) => binariesOf(policy, name).map((binary) => [binary.name, binary.image])),
    [[['app-{arch}', undefined]], [['web', companion.name]]],
  );
});

for (const [line, sentence] of refusals)
  test(`parsePolicy() refuses ${JSON.stringify(line).slice(0, 100)} and says why`, () => {
    const field = /^\w+(?=:)/.exec(line)?.[0];
    const rest = minimal.replace(new RegExp(`^${field ?? 'nothing'}:.*\\n(?: .*\\n)*`, 'm'), '');
    const problems = problemsOf(`${rest}${line}\n`);
    assert.ok(
      problems.some((problem) => problem.includes(sentence)),
      problems.join('\n'),
    );
  });

test('parsePolicy() refuses files that are no policy at all', () => {
  assert.match(problemsOf('').join(), /^cutwater\.yaml:1:1: found an empty file, wanted a mapping/);
  assert.match(problemsOf('# only a comment\n').join(), /found an empty file/);
  assert.match(problemsOf('- a\n').join(), /found a list of 1, wanted a mapping/);
  assert.match(problemsOf('%YAML 1.1\n---\nproject: x\n').join(), /found a %YAML 1\.1 line, wanted YAML 1\.2/);
  assert.match(problemsOf('x'.repeat(70_000)).join(), /found 70000 characters/);
});

test('parsePolicy() survives nesting and aliases made to exhaust it', () => {
  assert.match(problemsOf('['.repeat(50_000)).join(), /nested too deeply/);
  const bomb = Array.from(
    { length: 9 },
    (_, level) =>
      `k${level}: &a${level} [${
        level === 0
          ? 'x'
          : Array(9)
              .fill(`*a${level - 1}`)
              .join()
      }]`,
  );
  assert.match(problemsOf(bomb.join('\n')).join(), /an alias of something that holds aliases/);
  const many = `a: &a x\nb: [${Array(21).fill('*a').join()}]`;
  assert.match(problemsOf(many).join(), /more than 20 aliases/);
});

test('parsePolicy() follows a plain alias', () => {
  const policy = parsePolicy(`${minimal}changelog: &notes NOTES.md\nupgrading: *notes\n`, { file: 'x' });
  assert.equal(policy.upgrading, 'NOTES.md');
});

test('parsePolicy() shows at most 50 problems and counts the others', () => {
  const lines = problemsOf(Array.from({ length: 80 }, (_, index) => `k${index}: 1`).join('\n'));
  assert.equal(lines.length, 51);
  assert.equal(lines.at(-1), 'and 33 more');
});

function problemsOf(text: string): readonly string[] {
  try {
    parsePolicy(text, { file: 'cutwater.yaml' });
  } catch (error) {
    assert.ok(error instanceof CutwaterError && error.code === 'CONFIG_INVALID', String(error));
    assert.match(error.message, /^Cannot read policy "cutwater\.yaml": found .*, wanted none$/);
    return error.details;
  }
  return assert.fail('the file was accepted');
}

import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { propertyRuns } from '../../../test/make/property-runs.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { formatPolicyTemplate } from '../../policy/policy-template.ts';
import { detectProject } from './detect-project.ts';

const part = fc.oneof(
  fc.constantFrom('a', 'docs', 'cmd', 'src', 'docker', 'web app', 'x"y', '-o', '${{', "it's", 'é', '#', '~', 'CON'),
  fc.string({ maxLength: 5 }),
);
const file = fc.oneof(
  fc.constantFrom(
    ...'Dockerfile api.Dockerfile compose.yaml Cargo.toml Cargo.lock package.json package-lock.json'.split(' '),
    ...'pnpm-lock.yaml go.mod main.go main.rs VERSION CHANGELOG.md upgrading.md .gitlab-ci.yml'.split(' '),
  ),
  part,
);
const known = fc.constantFrom(
  '.github/workflows/a.yml',
  '.github/workflows/"b.yml',
  'docs/release-process.md',
  'docs/a release.md',
  'scripts/smoke.sh',
  'scripts/run-restore-drill.sh',
  'scripts/-smoke.sh',
);
const made = fc
  .tuple(fc.array(part, { maxLength: 3 }), file)
  .map(([folders, name]) => [...folders, name].filter((one) => one !== '').join('/'));
const path = fc.oneof(known, made);
const workflow = fc
  .record({ name: fc.oneof(part, fc.constant('${{ x }}'), fc.constant('a\u202eb')), filter: part, run: part })
  .map(({ name, filter, run }) =>
    JSON.stringify({
      on: { push: { paths: [filter] } },
      env: { A: run },
      jobs: {
        [name]: { name, strategy: { matrix: { a: [filter, run] } }, steps: [{ with: { platforms: run }, run }] },
      },
    }),
  );
const content = fc.oneof(
  workflow,
  fc.constantFrom(
    '[package]\nname = "app"\nversion = "1.2.3"\n',
    '[[bin]]\nname = "app"\n[[bin]]\nname = "app"\n',
    '{"name":"a","version":"1.2.3","scripts":{"test":"x"}}',
    'module example.org/app/v2\n',
    'services:\n  a: { build: { context: ., dockerfile: "a b/Dockerfile" }, image: "ghcr.io/o/n:1" }\n',
    'FROM x AS b\nCOPY --from=b /out/app /usr/bin/../bin/app\nCOPY --from=b /app /app\n',
    'image: ghcr.io/acme/a..b\nimage: ghcr.io/acme/-x\n',
    '1.2.3\n',
    'Run ./scripts/smoke.sh and trivy.\n',
    'jobs: { a: { steps: [{ with: { platforms: linux/zz } }] } }\non: push\n# goreleaser\n',
  ),
  fc.string({ maxLength: 40 }),
);
const remote = fc.oneof(
  fc.constantFrom('git@github.com:acme/a..b.git', 'https://github.com/acme/a.git.git', 'https://GitHub.com/Acme/_x'),
  fc.constant('https://github.com/acme/group/app'),
  fc.constantFrom('ssh://git@h/-a/b', 'https://codeberg.org/a/b--c', undefined),
  fc.tuple(part, part).map(([owner, name]) => `https://github.com/${owner}/${name}`),
);

void test('whatever lies in a repository, what is written about it is a policy', () => {
  fc.assert(
    fc.property(fc.dictionary(path, content, { maxKeys: 12 }), remote, part, (files, remoteUrl, folderName) => {
      const template = detectProject({
        paths: Object.keys(files),
        read: (one) => files[one],
        remoteUrl,
        branch: undefined,
        folderName,
      });
      parsePolicy(formatPolicyTemplate(template), { file: 'cutwater.yaml' });
    }),
    { numRuns: propertyRuns(200) },
  );
});

// Matched again from every place of its text, each of these would take minutes or hours.
void test('a long line that is nearly something is read once', () => {
  const size = 1_000_000;
  const files = {
    'go.mod': `module ${'a'.repeat(size)}!\n`,
    'main.go': '',
    Dockerfile: `FROM x\nCOPY ${'--from=x '.repeat(size / 8)}!\n`,
    'a/compose.yaml': `services:\n  a: { build: ., image: "${'@'.repeat(60_000)}\\n" }\n`,
    'b/compose.yaml': `services:\n  a: { build: ., image: "${':'.repeat(60_000)}/" }\n`,
    '.github/workflows/a.yml': `ghcr.io/acme/a${'.'.repeat(size)}b\n`,
  };
  const texts = new Map<string, string>(Object.entries(files));
  const { programs } = detectProject({
    paths: [...texts.keys(), 'a/Dockerfile', 'b/Dockerfile'],
    read: (one) => texts.get(one),
    remoteUrl: 'https://github.com/acme/app',
    branch: undefined,
    folderName: 'app',
  });
  deepEqual(programs, []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePolicy } from './parse-policy.ts';
import { formatPolicyTemplate } from './policy-template.ts';

test('formatPolicyTemplate() writes a file that parsePolicy() accepts, knowing only the name', () => {
  const policy = parsePolicy(formatPolicyTemplate({ project: 'harbor' }), { file: 'cutwater.yaml' });
  assert.equal(policy.project, 'harbor');
  assert.equal(policy.trust.maintainers[0]?.name, 'Example maintainer');
});

test('formatPolicyTemplate() writes down everything it is given', () => {
  const text = formatPolicyTemplate({
    project: 'harbor',
    source: 'https://github.com/example/harbor',
    branch: 'trunk',
    repository: 'ghcr.io/example/harbor',
    dockerfile: 'docker/my app.Dockerfile',
    maintainers: [
      {
        name: 'Ada: "the first"',
        fingerprint: '0123456789ABCDEF0123456789ABCDEF01234567',
        keyFile: '.cutwater/keys/ada.asc',
      },
      { name: 'true', ssh: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
    ],
    changelog: 'CHANGES.md',
    upgrading: false,
    lockFiles: ['package-lock.json'],
    versionFiles: ['package.json', 'VERSION'],
    gates: [{ name: 'unit-tests', command: ['npm', 'test', '--', '{"a": 1}'] }],
    schema: 'schema/cutwater.schema.json\n# not a second line',
  });
  const policy = parsePolicy(text, { file: 'cutwater.yaml' });
  assert.deepEqual(policy.git.releaseBranches, ['trunk', 'hotfix/*']);
  assert.deepEqual(policy.signatures.formats, ['openpgp', 'ssh']);
  assert.deepEqual(
    policy.trust.maintainers.map(({ name }) => name),
    ['Ada: "the first"', 'true'],
  );
  assert.deepEqual(policy.images[0]?.build, {
    kind: 'dockerfile',
    dockerfile: 'docker/my app.Dockerfile',
    context: '.',
    builder: 'auto',
    target: undefined,
    args: {},
  });
  assert.deepEqual(policy.gates[0]?.command, ['npm', 'test', '--', '{"a": 1}']);
  assert.equal(policy.upgrading, undefined);
  assert.deepEqual(
    policy.versionFiles.map(({ path }) => path),
    ['package.json', 'VERSION'],
  );
  assert.equal(text.split('\n')[0], '# yaml-language-server: $schema=schema/cutwater.schema.json# not a second line');
});

test('formatPolicyTemplate() writes any name of a person as that name', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => !/^\s*$|[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)),
      (name) => {
        const text = formatPolicyTemplate({
          project: 'harbor',
          maintainers: [{ name, fingerprint: 'A'.repeat(40), keyFile: 'k.asc' }],
        });
        assert.equal(parsePolicy(text, { file: 'x' }).trust.maintainers[0]?.name, name);
      },
    ),
    { numRuns: 150 },
  );
});

test('the channels that formatPolicyTemplate() shows commented out are right as they stand', () => {
  const text = formatPolicyTemplate({ project: 'harbor' });
  const at = text.indexOf('# announce:');
  const shown = text.slice(0, at) + text.slice(at).replaceAll(/^# /gm, '');
  const { announce, withdrawal } = parsePolicy(shown, { file: 'cutwater.yaml' });
  assert.deepEqual(
    announce.map(({ name, kind, auto }) => [name, kind, auto]),
    [
      ['chat', 'webhook', true],
      ['forum', 'discussions', false],
      ['discord', 'discord', false],
      ['mastodon', 'mastodon', false],
    ],
  );
  assert.deepEqual(withdrawal, { incident: 'commit' });
});

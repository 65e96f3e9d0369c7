import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCutwaterError } from '../domain/error.ts';
import { parsePolicy } from './parse-policy.ts';

const minimal = `project: harbor
images:
  - build: { dockerfile: Dockerfile }
trust:
  maintainers:
    - name: Ada
      ssh: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
signatures: { formats: [ssh] }
`;
const parse = (more: string) => parsePolicy(`${minimal}${more}\n`, { file: 'cutwater.yaml' });

test('versionFiles are known by their names, or found by a pattern', () => {
  const { versionFiles } = parse(`versionFiles:
  - Cargo.toml
  - web/package.json
  - VERSION
  - { path: Cargo.lock, packages: [app] }
  - { path: deploy/compose.yaml, pattern: 'app:{version}' }
  - { path: package.json, pattern: '"image": "app:{version}"' }`);
  assert.deepEqual(versionFiles, [
    { path: 'Cargo.toml', kind: 'cargo-toml' },
    { path: 'web/package.json', kind: 'package-json' },
    { path: 'VERSION', kind: 'plain' },
    { path: 'Cargo.lock', kind: 'cargo-lock', packages: ['app'] },
    { path: 'deploy/compose.yaml', kind: 'pattern', pattern: 'app:{version}' },
    { path: 'package.json', kind: 'pattern', pattern: '"image": "app:{version}"' },
  ]);
});

test('upgrading notes are required for stable releases and hotfixes, as the policy says otherwise, or where there is no file', () => {
  assert.deepEqual(parse('').upgradingRequired, ['stable', 'hotfix']);
  assert.deepEqual(parse('upgradingRequired: [rc]').upgradingRequired, ['rc']);
  assert.deepEqual(parse('upgrading: false').upgradingRequired, []);
});

test('versionFiles that say nothing about where the version stands are refused, each at its line', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['[setup.cfg]', /versionFiles\[0\].*setup\.cfg.*does not tell where its version stands/],
    ['[{ path: setup.cfg }]', /does not tell where its version stands/],
    ['[{ path: setup.cfg, pattern: "{version}" }]', /would match any version/],
    ['[{ path: setup.cfg, pattern: "version" }]', /does not have \{version\} once/],
    ['[{ path: package.json, packages: [app] }]', /has packages and is no Cargo\.lock/],
    ['[../Cargo.toml]', /leaves the repository/],
    ['[{ pattern: "v{version}" }]', /versionFiles\[0\]\.path/],
    ['Cargo.toml', /a list of files/],
  ];
  for (const [written, wanted] of cases)
    assert.throws(
      () => parse(`versionFiles: ${written}`),
      (error) => {
        assert.ok(isCutwaterError(error, 'CONFIG_INVALID'));
        assert.match([error.message, ...error.details].join('\n'), wanted, written);
        return true;
      },
    );
});

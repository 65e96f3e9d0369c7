import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { policyJsonSchema } from './json-schema.ts';
import { parsePolicy } from './parse-policy.ts';
import { formatPolicyTemplate } from './policy-template.ts';

const root = new URL('../../', import.meta.url);
const validate = new Ajv2020({ allErrors: true, strict: false }).compile(policyJsonSchema());

const accepted: Readonly<Record<string, string>> = {
  "RustShare's example": readFileSync(new URL('examples/rustshare/cutwater.yaml', root), 'utf8'),
  'a new template': formatPolicyTemplate({ project: 'harbor' }),
  'an assembled image': `project: a
images: [{ build: { assemble: { files: [{ from: a, to: /a }], entrypoint: [/a] } } }]
trust: { maintainers: [{ name: A, openpgp: { fingerprint: ${'A'.repeat(40)}, keyFile: k } }] }
gates: [{ name: t, command: make test, timeout: 1h30m }]
upgrading: false
forge: { kind: local }
`,
};

for (const [name, text] of Object.entries(accepted))
  test(`the JSON Schema and parsePolicy() both accept ${name}`, () => {
    parsePolicy(text, { file: name });
    assert.equal(validate(parse(text)), true, JSON.stringify(validate.errors));
  });

const minimal = parse(formatPolicyTemplate({ project: 'harbor' }));
const refused: Readonly<Record<string, object>> = {
  'an unknown field': { gits: {} },
  'a number as line': { channels: { latest: 2.1 } },
  'a wrong word': { channels: { major: 'never' } },
  'a time without unit': { gates: [{ name: 'a', command: ['a'], timeout: '10' }] },
  'both kinds of build': {
    images: [{ build: { dockerfile: 'a', assemble: { files: [{ from: 'a', to: '/a' }], entrypoint: ['/a'] } } }],
  },
  'an empty text': { changelog: '' },
};

for (const [name, change] of Object.entries(refused))
  test(`the JSON Schema refuses ${name}`, () => assert.equal(validate({ ...minimal, ...change }), false));

test('schema/cutwater.schema.json is what the schema in the program says', () => {
  const result = spawnSync(process.execPath, [fileURLToPath(new URL('tools/write-schema.ts', root)), '--check'], {
    encoding: 'utf8',
  });
  assert.equal(result.status, 0, result.stderr);
});

test("RustShare's example names its image, its binaries and its gates", () => {
  const policy = parsePolicy(accepted["RustShare's example"] ?? '', { file: 'cutwater.yaml' });
  assert.deepEqual(policy.images[0]?.name, { registry: 'ghcr.io', repository: 'kubedoio/rustshare-backend' });
  assert.deepEqual(policy.images[0].build, {
    kind: 'dockerfile',
    dockerfile: 'docker/backend.Dockerfile',
    context: '.',
    builder: 'auto',
    target: undefined,
    args: {},
  });
  assert.deepEqual(policy.binaries, [
    { name: 'rustshare-backend-{machine}-linux', path: '/usr/local/bin/rustshare-backend', static: true },
  ]);
  assert.deepEqual(
    policy.gates.map(({ command }) => command.join(' ')),
    ['cargo test --workspace', 'npm --prefix frontend run test', './scripts/final-launch-smoke.sh'],
  );
});

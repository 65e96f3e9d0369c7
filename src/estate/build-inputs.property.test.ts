import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildInputsAmong } from './build-inputs.ts';

const name = fc.constantFrom('docs', 'src', 'a.md', 'b.md', 'CHANGELOG.md', 'ä', ' ');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const pattern = fc.oneof(path, fc.constantFrom('docs/**', '**/*.md', '*', '*.md', '**'));
const policy = fc.record({ notBuildInput: fc.array(pattern, { maxLength: 4 }) });

void test('what is input under one policy is input whatever other policies say, and their order does not matter', () => {
  fc.assert(
    fc.property(fc.array(path), policy, fc.array(policy), (paths, one, others) => {
      const alone = buildInputsAmong(paths, [one]);
      const together = new Set(buildInputsAmong(paths, [one, ...others]));
      assert.ok(alone.every((input) => together.has(input)));
      assert.deepEqual(buildInputsAmong(paths.toReversed(), [...others, one]), [...together]);
    }),
  );
});

void test('of two differences the input of both together is the input of each: equivalence is transitive', () => {
  fc.assert(
    fc.property(fc.array(path), fc.array(path), fc.array(policy), (left, right, policies) => {
      const both = buildInputsAmong([...left, ...right], policies);
      const each = new Set([...buildInputsAmong(left, policies), ...buildInputsAmong(right, policies)]);
      assert.deepEqual(both, [...each].toSorted());
    }),
  );
});

void test('a path that a policy does not name is input, and without any policy everything is', () => {
  const policies = [{ notBuildInput: ['CHANGELOG.md', 'docs/**'] }, { notBuildInput: ['CHANGELOG.md', 'docs/*.md'] }];
  const paths = ['docs/a.md', 'docs/img/a.png', 'CHANGELOG.md', 'CHANGELOG.md/x', 'src/a.rs', 'docs', 'Docs/a.md'];
  const inputs = ['CHANGELOG.md/x', 'Docs/a.md', 'docs', 'docs/img/a.png', 'src/a.rs'];
  assert.deepEqual(buildInputsAmong([...paths, 'src/a.rs'], policies), inputs);
  assert.deepEqual(buildInputsAmong(['docs/a.md'], []), ['docs/a.md']);
});

void test('what a policy takes into the image itself is input, a folder whole, whatever it says beside', () => {
  const files = ['docs', 'target/{arch}/app', 'CHANGELOG.md'].map((from) => ({ from, to: '/x', mode: 0o644 }));
  const rest = {
    base: 'scratch',
    prepare: [],
    writableFolders: [],
    entrypoint: [],
    cmd: [],
    env: {},
    ports: [],
  } as const;
  const assemble = { kind: 'assemble', ...rest, files, user: undefined, workdir: undefined } as const;
  const notBuildInput = ['**'];
  const inputs = ['CHANGELOG.md', 'docs/a/b.md', 'target/arm64/app'];
  const others = ['docs-old/a.md', 'target/arm64/other', 'Cargo.lock', 'docker/Dockerfile'];
  assert.deepEqual(
    buildInputsAmong([...inputs, ...others], [{ notBuildInput, images: [{ build: assemble }] }]),
    inputs,
  );
  const place = { dockerfile: 'docker/Dockerfile', context: '.' };
  const dockerfile = { kind: 'dockerfile', ...place, builder: 'auto', target: undefined, args: {} } as const;
  const policy = { notBuildInput, lockFiles: ['Cargo.lock'], images: [{ build: dockerfile }] };
  assert.deepEqual(buildInputsAmong([...inputs, ...others], [policy]), ['Cargo.lock', 'docker/Dockerfile']);
});

import { deepEqual, match } from 'node:assert/strict';
import { test } from 'node:test';
import { makeGitRepository } from '../../../test/make/git-repository.ts';
import { memoryRepository } from '../../../test/memory-repository.ts';
import { gitCli } from '../../adapters/git-cli/git-cli.ts';
import { imageFiles } from '../../adapters/image-files/extract-file.ts';
import { digestOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { objectId } from '../../domain/object-id.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import { failed } from '../../report/verification.ts';
import type { RebuildWorld } from './verify-rebuild.ts';
import { checkRebuild } from './verify-rebuild.ts';

test('nothing is built where a maintainer did not sign the commit, or it or its policy cannot be read, and that is said; a build that fails is no verdict either', async (t) => {
  const repository = await makeGitRepository(t);
  const unreadable = await repository.commit({ 'cutwater.yaml': 'format: of 2024\n' });
  const without = await repository.commit({ 'cutwater.yaml': null });
  const world: RebuildWorld = {
    mirrors: [],
    companions: [],
    git: gitCli(repository),
    imageFiles: imageFiles(repository.folder),
    repository: memoryRepository(),
    report: () => undefined,
    openRebuilder: () => Promise.reject(new Error('something was built')),
  };
  const missing = objectId('a'.repeat(40));
  const cases: readonly (readonly [ObjectId, RegExp])[] = [
    [missing, /does not have commit a{40}/],
    [unreadable, /cannot read the policy of/],
    [without, /"cutwater.yaml" is not there|does not build|no policy/],
  ];
  for (const [commit, reason] of cases) {
    const [check, ...more] = await checkRebuild(world, releaseOf(commit), []);
    deepEqual([check?.is, more], ['unchecked', []]);
    match(check?.says ?? '', reason);
  }
  const [check] = await checkRebuild(world, releaseOf(without), [failed('build commit', 'it differs')]);
  match(check?.says ?? '', /is not the one that a maintainer signed/);

  const known = await repository.commit({ 'cutwater.yaml': policy });
  const broken = new CutwaterError('BUILD_FAILED', 'Cannot build: the compiler is gone', { hint: 'Install it' });
  const failing = { ...world, openRebuilder: () => Promise.reject(broken) };
  deepEqual(await checkRebuild(failing, releaseOf(known), []), [
    { name: 'rebuild', is: 'unchecked', says: broken.message, because: 'no-answer', next: 'Install it' },
  ]);
});

const policy = `project: app
trust:
  maintainers: [{ name: Ada, openpgp: { fingerprint: ${'AB'.repeat(20)}, keyFile: ada.asc } }]
  ci: [{ name: ci, keyFile: ci.pub }]
images:
  - repository: embedded/app
    build: { assemble: { files: [{ from: app.txt, to: /app.txt }], entrypoint: [/app.txt] } }
`;

function releaseOf(commit: ObjectId): ReleasePredicate {
  return {
    schema: 'cutwater.release/1',
    purl: 'pkg:oci/app',
    project: 'app',
    version: '1.0.0',
    class: 'stable',
    tag: { name: 'v1.0.0', object: commit, raw: '', signer: null },
    source: { commit },
    build: { commit },
    image: { name: 'embedded/app', index: digestOf('index'), platforms: [] },
    binaries: [],
    documents: [],
    gates: [],
    evidence: [],
    assets: [],
  };
}

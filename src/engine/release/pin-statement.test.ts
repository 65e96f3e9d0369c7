import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { objectId } from '../../domain/object-id.ts';
import type { PassedGate } from '../../domain/release-checks.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import { parseReleaseStatement } from '../../report/documents/parse-release-statement.ts';
import { statementToSign } from './pin-statement.ts';

const index = digestOf('index');
const commit = objectId('b'.repeat(40));
const gate: PassedGate = {
  name: 'boot',
  on: 'candidate',
  outcome: 'passed',
  commit,
  image: index,
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: '2026-01-01T00:00:01Z',
  log: digestOf('log'),
  report: null,
};
const release: ReleasePredicate = {
  schema: 'cutwater.release/1',
  project: 'tiny',
  purl: `pkg:oci/tiny@${index}?repository_url=embedded%2Ftiny`,
  version: '1.0.0',
  class: 'stable',
  tag: {
    name: 'v1.0.0',
    object: objectId('a'.repeat(40)),
    raw: Buffer.from('object ...').toString('base64'),
    signer: { name: 'Ada', format: 'ssh', fingerprint: 'SHA256:x' },
  },
  source: { commit },
  build: { commit },
  image: { name: 'embedded/tiny', index, platforms: [{ platform: 'linux/amd64', digest: digestOf('amd64') }] },
  binaries: [],
  documents: [],
  gates: [gate],
  evidence: [],
  assets: [],
};

void test('a statement that nobody would believe is never signed, so it cannot take the pin', () => {
  assert.equal(parseReleaseStatement(statementToSign(release)).is, 'ok');
  const other = { ...release, gates: [{ ...gate, image: digestOf('another image') }] };
  assert.throws(
    () => statementToSign(other),
    (error) =>
      isCutwaterError(error, 'VERIFICATION_FAILED') &&
      /Cannot sign the statement of v1\.0\.0: .*gate "boot" ran on sha256:/.test(error.message),
  );
});

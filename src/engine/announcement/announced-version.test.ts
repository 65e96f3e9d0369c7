import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { openEmbedded } from '../../../test/make/embedded-repository.ts';
import { digestOf } from '../../domain/digest.ts';
import { objectId } from '../../domain/object-id.ts';
import { readVersion } from '../../domain/version.ts';
import type { Checkpoint } from '../../estate/checkpoints.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { findPublished } from './announced-version.ts';

test('a version that was cancelled first and published later is published, as the newest checkpoint says', async (t) => {
  const repository = await openEmbedded(t);
  const version = readVersion('1.0.0');
  const common = { version, statement: undefined, decisions: 0 };
  const [early, late] = [objectId('a'.repeat(40)), objectId('b'.repeat(40))];
  const digest = digestOf('image');
  const cancelled = { ...common, release: early, digest: undefined, state: 'cancelled' } as const;
  const published = { ...common, release: late, digest, state: 'published' } as const;
  const unused = (): never => {
    throw new Error('there is no statement to judge');
  };
  const world = {
    repository,
    bundleVerifier: { verifyStatement: unused, verifyBlob: unused },
    tagVerifier: { verifyTag: unused },
    now: 0,
  };
  const policy = parsePolicy(policyText, { file: 'cutwater.yaml' });
  const loaded = { policy, commit: early, trust: { origin: 'main:cutwater.yaml', maintainers: [], ci: [] } };
  const find = (checkpoints: readonly Checkpoint[]): ReturnType<typeof findPublished> =>
    findPublished(world, loaded, { version, decisions: { checkpoints } });
  const [first, second] = [
    { number: 1, entries: [cancelled] },
    { number: 2, entries: [published] },
  ];
  deepEqual(await find([first, second]), { release: late, index: digest });
  deepEqual(await find([second, first]), { release: late, index: digest });
  equal(await find([first]), undefined);
});

const policyText = `project: tiny
trust:
  maintainers:
    - {name: a, openpgp: {fingerprint: "${'0'.repeat(40)}", keyFile: a.asc}}
images:
  - {platforms: [linux/amd64], build: {dockerfile: Dockerfile}}
`;

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Digest } from '../domain/digest.ts';
import { digestOf } from '../domain/digest.ts';
import { objectId } from '../domain/object-id.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion } from '../domain/version.ts';
import { aliasesOf } from './alias.ts';
import { asCompanion } from './committed-release.ts';
import type { WithdrawalDecision } from './decisions.ts';
import type { AliasFacts, CommittedRelease } from './judge-alias.ts';
import { judgeAlias } from './judge-alias.ts';

const channels = { major: 'always', latest: { kind: 'highest' } } as const;
const name = 'registry.example/team/web';

interface Released {
  readonly version: Version;
  readonly hasCompanion: boolean;
  readonly isWithdrawn: boolean;
}

const histories: fc.Arbitrary<readonly Released[]> = fc.uniqueArray(
  fc.record({
    version: fc
      .record({ major: fc.nat(2), minor: fc.nat(2), patch: fc.nat(2) })
      .map((parts): Version => ({ ...parts, prerelease: [] })),
    hasCompanion: fc.boolean(),
    isWithdrawn: fc.boolean(),
  }),
  { minLength: 1, maxLength: 9, selector: ({ version }) => formatVersion(version) },
);

void test('an alias of a companion goes to a lower version only where the one it is at is withdrawn, and only to one that has it', () => {
  fc.assert(
    fc.property(histories, fc.nat(), fc.infiniteStream(fc.boolean()), (history, choice, keep) => {
      const known = history.filter(() => keep.next().value);
      const facts = factsOf(known);
      const there = history.filter(({ hasCompanion }) => hasCompanion);
      const at = there[choice % Math.max(1, there.length)];
      const tagged = there.map(({ version }) => ({ version, digest: companionDigest(version) }));
      for (const alias of aliasesOf(
        history.map(({ version }) => version),
        channels,
      )) {
        const judgement = judgeAlias(alias, at && companionDigest(at.version), { ...facts, imageTags: tagged });
        if (judgement.is !== 'move' && judgement.is !== 'create') continue;
        const { to } = judgement;
        const source = known.find(({ version }) => compareVersions(version, to.version) === 0);
        assert.deepEqual([source?.hasCompanion, source?.isWithdrawn], [true, false]);
        assert.equal(to.digest, companionDigest(to.version), 'its own digest, not that of the first image');
        if (at === undefined || compareVersions(to.version, at.version) > 0) continue;
        assert.ok(
          known.some(({ version, isWithdrawn }) => isWithdrawn && compareVersions(version, at.version) === 0),
          `from ${formatVersion(at.version)} to ${formatVersion(to.version)}`,
        );
      }
    }),
    { numRuns: 2000 },
  );
});

void test('releases from before a companion joined change nothing about its aliases', () => {
  fc.assert(
    fc.property(histories, fc.nat(), (history, choice) => {
      const joined = history.filter(({ hasCompanion }) => hasCompanion);
      const at = joined[choice % Math.max(1, joined.length)];
      const current = at && companionDigest(at.version);
      const versions = history.map(({ version }) => version);
      for (const alias of aliasesOf(versions, channels))
        assert.deepEqual(judgeAlias(alias, current, factsOf(history)), judgeAlias(alias, current, factsOf(joined)));
    }),
    { numRuns: 1000 },
  );
});

/** What is known of the companion, out of the statements of the releases. */
function factsOf(history: readonly Released[]): AliasFacts {
  return {
    committed: history.flatMap((released) => asCompanion(releaseOf(released), name) ?? []),
    withdrawals: new Map(
      history
        .filter(({ isWithdrawn }) => isWithdrawn)
        .map(({ version }) => [formatVersion(version), withdrawalOf(version)]),
    ),
    imageTags: [],
  };
}

function releaseOf({ version, hasCompanion }: Released): CommittedRelease {
  const companions = [{ name, digest: companionDigest(version), platforms: ['linux/amd64'] }];
  const release = { version, digest: digestOf(`image ${formatVersion(version)}`), platforms: ['linux/amd64'] };
  return hasCompanion ? { ...release, companions } : release;
}

function withdrawalOf(version: Version): WithdrawalDecision {
  return {
    kind: 'withdrawn',
    version,
    number: 1,
    release: objectId('a'.repeat(40)),
    digest: digestOf(`image ${formatVersion(version)}`),
    reason: 'bad',
    aliases: 'move',
    useInstead: undefined,
    isRetired: false,
  };
}

function companionDigest(version: Version): Digest {
  return digestOf(`web ${formatVersion(version)}`);
}

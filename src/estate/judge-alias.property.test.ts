import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Digest } from '../domain/digest.ts';
import { digestOf } from '../domain/digest.ts';
import { objectId } from '../domain/object-id.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion, highestVersion, releaseClassOf } from '../domain/version.ts';
import type { Alias } from './alias.ts';
import { aliasesOf, mayPointAt } from './alias.ts';
import type { Decision, WithdrawalDecision } from './decisions.ts';
import { openWithdrawals } from './decisions.ts';
import type { AliasFacts, CommittedRelease } from './judge-alias.ts';
import { aliasTarget, judgeAlias } from './judge-alias.ts';

const channels = { major: 'always', latest: { kind: 'highest' }, sha: 'full' } as const;

const versions: fc.Arbitrary<Version> = fc
  .record({
    major: fc.nat(2),
    minor: fc.nat(2),
    patch: fc.nat(2),
    rc: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined, freq: 4 }),
  })
  .map(({ major, minor, patch, rc }) => ({ major, minor, patch, prerelease: rc === undefined ? [] : ['rc', rc] }));

const histories = fc.uniqueArray(versions, { minLength: 1, maxLength: 8, selector: formatVersion }).chain((all) =>
  fc.record({
    releases: fc.constant(all.map(releaseOf)),
    decisions: fc.array(decisionsAbout(all), { maxLength: 8 }),
    alias: fc.constantFrom<Alias>(...orLatest(aliasesOf(all, channels))),
    current: fc.option(fc.constantFrom(...all), { nil: undefined }),
  }),
);

void test('judgeAlias() says the same in whatever order facts and decisions come', () => {
  fc.assert(
    fc.property(histories, fc.infiniteStream(fc.nat(99)), ({ releases, decisions, alias, current }, order) => {
      const shuffled = facts(shuffle(releases, order), shuffle(decisions, order));
      const digest = current && digestFor(current);
      assert.deepEqual(judgeAlias(alias, digest, shuffled), judgeAlias(alias, digest, facts(releases, decisions)));
    }),
    { numRuns: 1000 },
  );
});

void test('judgeAlias() has nothing more to do once its judgement is carried out', () => {
  fc.assert(
    fc.property(histories, ({ releases, decisions, alias, current }) => {
      const known = facts(releases, decisions);
      const first = judgeAlias(alias, current && digestFor(current), known);
      if (first.is !== 'move' && first.is !== 'create') return;
      assert.equal(judgeAlias(alias, first.to.digest, known).is, 'right');
    }),
    { numRuns: 1000 },
  );
});

void test('judgeAlias() never lowers an alias below a version that is not withdrawn, whatever evidence is missing', () => {
  fc.assert(
    fc.property(histories, fc.infiniteStream(fc.boolean()), ({ releases, decisions, alias, current }, keep) => {
      if (current === undefined) return;
      const some = <Item>(items: readonly Item[]): readonly Item[] => items.filter(() => keep.next().value);
      const known = { ...facts(some(releases), some(decisions)), imageTags: some(releases) };
      const judgement = judgeAlias(alias, digestFor(current), known);
      if (judgement.is !== 'move' || compareVersions(judgement.to.version, current) > 0) return;
      assert.ok(known.withdrawals.has(formatVersion(current)), `lowered to ${formatVersion(judgement.to.version)}`);
    }),
    { numRuns: 2000 },
  );
});

void test('judgeAlias() never points an alias at a release candidate, a withdrawn version or one outside its line', () => {
  fc.assert(
    fc.property(histories, ({ releases, decisions, alias, current }) => {
      const known = facts(releases, decisions);
      const judgement = judgeAlias(alias, current && digestFor(current), known);
      if (judgement.is !== 'move' && judgement.is !== 'create') return;
      assert.equal(releaseClassOf(judgement.to.version), 'stable');
      assert.ok(mayPointAt(alias, judgement.to.version));
      assert.ok(!known.withdrawals.has(formatVersion(judgement.to.version)));
    }),
    { numRuns: 1000 },
  );
});

void test('judgeAlias() says the same with and without any number of further release candidates', () => {
  fc.assert(
    fc.property(
      histories,
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }),
      ({ releases, decisions, alias, current }, numbers) => {
        if (current !== undefined && releaseClassOf(current) !== 'stable') return;
        const more = numbers.map((number) => releaseOf({ major: 9, minor: 0, patch: 0, prerelease: ['rc', number] }));
        const digest = current && digestFor(current);
        assert.deepEqual(
          judgeAlias(alias, digest, facts([...releases, ...more], decisions)),
          judgeAlias(alias, digest, facts(releases, decisions)),
        );
      },
    ),
    { numRuns: 1000 },
  );
});

void test('aliasTarget() is the highest stable, committed version of the line that is not withdrawn', () => {
  fc.assert(
    fc.property(histories, ({ releases, decisions, alias }) => {
      const known = facts(releases, decisions);
      const left = releases
        .map(({ version }) => version)
        .filter((version) => mayPointAt(alias, version) && !known.withdrawals.has(formatVersion(version)));
      assert.deepEqual(aliasTarget(alias, known)?.version, highestVersion(left));
    }),
    { numRuns: 1000 },
  );
});

void test('a withdrawal by a key that counts no more lowers no alias, and hides none by a key that counts', () => {
  fc.assert(
    fc.property(histories, fc.constantFrom('move', 'hold'), ({ releases, decisions, alias, current }, word) => {
      if (current === undefined) return;
      const restores = decisions.filter(({ kind }) => kind === 'restored');
      const retired = { ...withdrawal(current, 9, word), isRetired: true };
      const alone = facts(releases, [...restores, retired]);
      const judgement = judgeAlias(alias, digestFor(current), alone);
      if (judgement.is === 'move') assert.ok(compareVersions(judgement.to.version, current) > 0);
      else assert.equal(judgement.is, 'stays');
      assert.ok(alone.withdrawals.has(formatVersion(current)), 'nor is it forgotten');
      const counting = withdrawal(current, 5, 'move');
      assert.equal(openWithdrawals([retired, counting]).get(formatVersion(current)), counting);
    }),
    { numRuns: 500 },
  );
});

void test('judgeAlias() keeps an alias on a withdrawn version while it is held, and lets a higher version take over', () => {
  fc.assert(
    fc.property(histories, ({ releases, decisions, alias, current }) => {
      if (current === undefined) return;
      const held = facts(releases, [
        ...decisions.filter(({ kind }) => kind === 'restored'),
        withdrawal(current, 9, 'hold'),
      ]);
      const judgement = judgeAlias(alias, digestFor(current), held);
      if (judgement.is === 'move') assert.ok(compareVersions(judgement.to.version, current) > 0);
      else assert.equal(judgement.is, 'stays');
    }),
    { numRuns: 1000 },
  );
});

void test('openWithdrawals() withdraws a version exactly while some withdrawal lacks the restore of its number', () => {
  fc.assert(
    fc.property(histories, ({ releases, decisions }) => {
      const open = openWithdrawals(decisions);
      for (const { version } of releases) {
        const numbers = (kind: Decision['kind']): readonly number[] =>
          decisions
            .filter((one) => one.kind === kind && compareVersions(one.version, version) === 0)
            .map(({ number }) => number);
        const restored = new Set(numbers('restored'));
        assert.equal(
          open.has(formatVersion(version)),
          numbers('withdrawn').some((number) => !restored.has(number)),
        );
      }
    }),
    { numRuns: 1000 },
  );
});

void test('judgeAlias() does not take platforms away from an alias', () => {
  const old = {
    ...releaseOf({ major: 1, minor: 0, patch: 0, prerelease: [] }),
    platforms: ['linux/amd64', 'linux/arm64'],
  };
  const next = { ...releaseOf({ major: 1, minor: 0, patch: 1, prerelease: [] }), platforms: ['linux/amd64'] };
  const judgement = judgeAlias({ kind: 'latest', name: 'latest', line: undefined }, old.digest, facts([old, next], []));
  assert.equal(judgement.is === 'refused' && judgement.code, 'PLATFORM_LOST');
});

void test('judgeAlias() refuses to guess what an unknown digest is', () => {
  const release = releaseOf({ major: 1, minor: 0, patch: 0, prerelease: [] });
  const judgement = judgeAlias(
    { kind: 'latest', name: 'latest', line: undefined },
    digestOf('a stranger'),
    facts([release], []),
  );
  assert.equal(judgement.is === 'refused' && judgement.code, 'ALIAS_WOULD_REGRESS');
});

function releaseOf(version: Version): CommittedRelease {
  return { version, digest: digestFor(version), platforms: ['linux/amd64'] };
}

function digestFor(version: Version): Digest {
  return digestOf(formatVersion(version));
}

function decisionsAbout(all: readonly Version[]): fc.Arbitrary<Decision> {
  return fc
    .record({
      version: fc.constantFrom(...all),
      number: fc.integer({ min: 1, max: 3 }),
      kind: fc.constantFrom('withdrawn', 'restored'),
      aliases: fc.constantFrom('move', 'hold'),
    })
    .map(({ version, number, kind, aliases }) =>
      kind === 'withdrawn'
        ? withdrawal(version, number, aliases)
        : { kind: 'restored', version, number, release: someTag, digest: digestFor(version), reason: 'mended' },
    );
}

function withdrawal(version: Version, number: number, aliases: 'move' | 'hold'): WithdrawalDecision {
  return {
    kind: 'withdrawn',
    version,
    number,
    release: someTag,
    digest: digestFor(version),
    aliases,
    reason: 'broken',
    useInstead: undefined,
  };
}

const someTag = objectId('0'.repeat(40));

function facts(committed: readonly CommittedRelease[], decisions: readonly Decision[]): AliasFacts {
  return { committed, withdrawals: openWithdrawals(decisions), imageTags: [] };
}

function orLatest(aliases: readonly Alias[]): readonly Alias[] {
  return aliases.length > 0 ? aliases : [{ kind: 'latest', name: 'latest', line: undefined }];
}

function shuffle<Item>(items: readonly Item[], order: fc.Stream<number>): readonly Item[] {
  return items
    .map((item) => ({ item, at: order.next().value ?? 0 }))
    .toSorted((left, right) => left.at - right.at)
    .map(({ item }) => item);
}

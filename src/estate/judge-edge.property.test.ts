import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestOf } from '../domain/digest.ts';
import type { ObjectId } from '../domain/object-id.ts';
import { objectId } from '../domain/object-id.ts';
import type { BranchBuild, ChannelImage, EdgeFacts } from './judge-edge.ts';
import { judgeEdge, newestBuild, overruleEdge, positionsOf } from './judge-edge.ts';

/** Commits 0 to 7 are the branch, newest first; 8 and 9 were on it before a force-push. */
const branch = Array.from({ length: 8 }, (_, index) => commitOf(index));
const history = positionsOf(branch);
const commits = fc.nat(9).map(commitOf);

const builds = fc
  .uniqueArray(commits, { maxLength: 8 })
  .map((all): readonly BranchBuild[] => all.map((commit) => ({ commit, digest: digestOf(commit) })));
const images = fc.oneof(
  fc.constant(undefined),
  commits.map((commit): ChannelImage => ({ digest: digestOf(commit), commits: [commit] })),
  commits.map((commit): ChannelImage => ({ digest: digestOf(`second build of ${commit}`), commits: [commit] })),
  fc.constant({ digest: digestOf('a stranger'), commits: [] }),
);

void test('judgeEdge() never moves a channel to an older commit of the branch, nor off the branch', () => {
  fc.assert(
    fc.property(images, builds, (current, known) => {
      const judgement = judgeEdge(current, { history, builds: known });
      if (judgement.is !== 'move' && judgement.is !== 'create') return;
      const to = history.get(judgement.to.commit);
      assert.ok(to !== undefined, 'it goes to a commit of the branch');
      const before = Math.min(...(current?.commits ?? []).map((commit) => history.get(commit) ?? Infinity));
      assert.ok(to <= before, `from ${before} commits behind the head to ${to}`);
    }),
    { numRuns: 2000 },
  );
});

void test('judgeEdge() gives the same end whatever the order in which builds end, late ones too', () => {
  fc.assert(
    fc.property(builds, fc.infiniteStream(fc.nat(99)), (known, order) => {
      const ends = [known, shuffle(known, order)].map((sequence) => {
        let current: ChannelImage | undefined;
        sequence.forEach((_, index) => {
          current = carriedOut(current, { history, builds: sequence.slice(0, index + 1) });
        });
        return current;
      });
      assert.deepEqual(ends[0], ends[1]);
      assert.equal(ends[0]?.digest, newestBuild({ history, builds: known })?.digest);
    }),
    { numRuns: 2000 },
  );
});

void test('judgeEdge() has nothing more to do once its judgement is carried out', () => {
  fc.assert(
    fc.property(images, builds, (current, known) => {
      const facts = { history, builds: known };
      const after = carriedOut(current, facts);
      assert.deepEqual(carriedOut(after, facts), after);
    }),
    { numRuns: 2000 },
  );
});

void test('judgeEdge() leaves an image nobody vouches for, until a person names its very digest', () => {
  fc.assert(
    fc.property(builds, fc.boolean(), (known, named) => {
      const stranger = { digest: digestOf('a stranger'), commits: [] };
      const judgement = judgeEdge(stranger, { history, builds: known });
      assert.equal(judgement.is, 'refused');
      const overruled = overruleEdge(judgement, named ? stranger.digest : digestOf('another'));
      const target = newestBuild({ history, builds: known });
      assert.equal(overruled.is, named && target !== undefined ? 'move' : 'refused');
    }),
    { numRuns: 500 },
  );
});

void test('after a force-push judgeEdge() moves to the newest build that is left, and stays where there is none', () => {
  const gone = { digest: digestOf('gone'), commits: [commitOf(9)] };
  const left = [6, 4, 5].map((index) => ({ commit: commitOf(index), digest: digestOf(commitOf(index)) }));
  assert.deepEqual(judgeEdge(gone, { history, builds: [...left, { commit: commitOf(8), digest: digestOf('x') }] }), {
    is: 'move',
    from: gone,
    to: left[1],
    because: 'rewritten',
  });
  assert.deepEqual(judgeEdge(gone, { history, builds: [] }), { is: 'stranded', at: gone });
});

void test('judgeEdge() prefers the build of a commit that was published first, which every builder sees', () => {
  const [commit] = branch;
  assert.ok(commit);
  const own = { digest: digestOf('mine'), commits: [commit] };
  const first = { commit, digest: digestOf('first') };
  assert.deepEqual(judgeEdge(own, { history, builds: [first] }), {
    is: 'move',
    from: own,
    to: first,
    because: 'first-build',
  });
});

function carriedOut(current: ChannelImage | undefined, facts: EdgeFacts): ChannelImage | undefined {
  const judgement = judgeEdge(current, facts);
  if (judgement.is !== 'move' && judgement.is !== 'create') return current;
  return { digest: judgement.to.digest, commits: [judgement.to.commit] };
}

function commitOf(index: number): ObjectId {
  return objectId(String(index).repeat(40));
}

function shuffle<Item>(items: readonly Item[], order: fc.Stream<number>): readonly Item[] {
  return items
    .map((item) => ({ item, at: order.next().value ?? 0 }))
    .toSorted((left, right) => left.at - right.at)
    .map(({ item }) => item);
}

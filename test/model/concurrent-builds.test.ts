import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Scenario } from './builders.ts';
import { builderModel, isRight, rightCommit, settledBy } from './builders.ts';
import { explore } from './explore.ts';

const scenarios: readonly { readonly title: string; readonly scenario: Scenario }[] = [
  { title: 'two builders of one commit', scenario: { commits: 2, builders: [1, 1], edge: 0 } },
  { title: 'a late builder and one of the head', scenario: { commits: 3, builders: [1, 2], edge: 0 } },
  { title: 'the same two, one of which is killed', scenario: { commits: 3, builders: [1, 2], edge: 0, crashes: 1 } },
  { title: 'three builders on an empty registry', scenario: { commits: 2, builders: [0, 1, 1] } },
  { title: 'two builders and a force-push', scenario: { commits: 3, builders: [1, 2], edge: 2, rewrites: [1] } },
  {
    title: 'two builders, a force-push and a kill',
    scenario: { commits: 3, builders: [0, 1], edge: 2, rewrites: [1], crashes: 1 },
  },
];

const explorations = scenarios.map(({ title, scenario }) => ({
  title,
  scenario,
  ...explore(builderModel(scenario), () => false),
}));

for (const { title, states, finals } of explorations)
  void test(`after one more run nothing that ${title} do leaves edge wrong`, (t) => {
    const wrong = finals.map(settledBy).filter((world) => !isRight(world));
    t.diagnostic(`${states} states, ${finals.length} final`);
    assert.ok(finals.length > 0);
    assert.deepEqual(wrong, []);
  });

void test('without a kill and a force-push the runs themselves leave edge on the image that the newest commit is named by', () => {
  for (const { title, scenario, finals } of explorations) {
    if (scenario.crashes !== undefined || scenario.rewrites !== undefined) continue;
    assert.deepEqual(
      finals.filter((world) => !isRight(world)),
      [],
      title,
    );
  }
});

void test('edge is never older at the end than it was at the start, unless the branch was rewritten', () => {
  for (const { title, scenario, finals } of explorations) {
    if (scenario.rewrites !== undefined || scenario.crashes !== undefined) continue;
    for (const world of finals) {
      assert.ok((world.edge?.commit ?? -1) >= (scenario.edge ?? -1), title);
      assert.equal(world.edge?.commit, rightCommit(world), title);
    }
  }
});

void test('the rule "the last build that ends is edge" leaves edge on an older commit in the same model', () => {
  const naive = { commits: 3, builders: [1, 2], edge: 0, does: 'naive-edge' } as const;
  const { finals } = explore(builderModel(naive), () => false);
  assert.ok(finals.some((world) => !isRight(world)));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explore } from './explore.ts';
import type { Actor, Scenario, World } from './releasers.ts';
import { reconciled, releaserModel, rightAlias } from './releasers.ts';

const versions = ['1.0.0', '1.0.1', '1.1.0', '1.2.0', '2.0.0'];

const scenarios: readonly { readonly title: string; readonly scenario: Scenario }[] = [
  ...[2, 3, 4].map((count) => ({
    title: `${count} releasers`,
    scenario: scenarioOf(releasers('release', count)),
  })),
  { title: '4 releasers and a crash', scenario: { ...scenarioOf(releasers('release', 4)), crashes: 1 } },
  { title: '2 releasers and a crash', scenario: { ...scenarioOf(releasers('release', 2)), crashes: 1 } },
  { title: '3 releasers and a crash', scenario: { ...scenarioOf(releasers('release', 3)), crashes: 1 } },
  {
    title: '2 releasers, a withdrawer and a crash',
    scenario: { ...scenarioOf([...releasers('release', 2), { does: 'withdraw', version: 2 }]), crashes: 1 },
  },
  {
    title: '3 releasers and a withdrawer of the version that is latest',
    scenario: scenarioOf([...releasers('release', 3), { does: 'withdraw', version: 0 }]),
  },
  {
    title: 'a releaser, a withdrawer of what it releases, and a second releaser with a crash',
    scenario: {
      ...scenarioOf([
        { does: 'release', version: 4 },
        { does: 'withdraw', version: 4 },
        { does: 'release', version: 1 },
      ]),
      crashes: 1,
    },
  },
];

const explorations = scenarios.map(({ title, scenario }) => ({
  title,
  scenario,
  ...explore(releaserModel(scenario), (world) => isTransient(world, scenario)),
}));

for (const { title, scenario, states, finals, counted } of explorations)
  void test(`after one more reconcile no run of ${title} leaves the alias wrong`, (t) => {
    const wrong = finals.map((world) => reconciled(world, scenario)).filter((world) => isWrong(world, scenario));
    t.diagnostic(
      `${states} states, ${counted} of them transient (alias behind the decisions), ${finals.length} final, ${wrong.length} wrong`,
    );
    assert.ok(finals.length > 0);
    assert.deepEqual(wrong, []);
  });

void test('without a crash the runs themselves leave the alias right, no reconcile needed', () => {
  for (const { scenario, finals } of explorations) {
    if (scenario.crashes > 0) continue;
    assert.deepEqual(
      finals.filter((world) => isWrong(world, scenario)),
      [],
    );
  }
});

void test('no run ever ends refused: nothing here lowers an alias without a withdrawal', () => {
  for (const { finals } of explorations)
    assert.deepEqual(
      finals.filter(({ actors }) => actors.some(({ at }) => at === 'refused')),
      [],
    );
});

void test('a crash in the middle does leave wrong states, which is why reconcile exists', (t) => {
  const scenario = { ...scenarioOf(releasers('release', 3)), crashes: 1 };
  const { finals } = explore(releaserModel(scenario), () => false);
  const wrong = finals.filter((world) => isWrong(world, scenario));
  t.diagnostic(`${wrong.length} of ${finals.length} final states are wrong before the next reconcile`);
  assert.ok(wrong.length > 0);
});

for (const count of [2, 3, 4])
  void test(`the rule "any stable tag moves latest" leaves the alias wrong with ${count} releasers in the same model`, (t) => {
    const scenario = scenarioOf(releasers('naive-release', count));
    const { finals } = explore(releaserModel(scenario), () => false);
    const wrong = finals.filter((world) => isWrong(world, scenario));
    t.diagnostic(`${wrong.length} of ${finals.length} final states are wrong`);
    assert.ok(wrong.length > 0);
  });

function scenarioOf(actors: readonly Pick<Actor, 'does' | 'version'>[]): Scenario {
  return { versions, published: [0], alias: 0, actors, crashes: 0 };
}

function releasers(does: 'release' | 'naive-release', count: number): readonly Pick<Actor, 'does' | 'version'>[] {
  return Array.from({ length: count }, (_, index) => ({ does, version: index + 1 }));
}

function isWrong(world: World, scenario: Scenario): boolean {
  return world.alias !== rightAlias(world, scenario);
}

function isTransient(world: World, scenario: Scenario): boolean {
  return world.actors.some(({ at }) => at !== 'done') && isWrong(world, scenario);
}

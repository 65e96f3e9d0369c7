import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatVersion, readVersion } from '../domain/version.ts';
import type { WayBackClass } from './way-back.ts';
import { describeWayBack, hardestWay, judgeStep, judgeWayBack, steppedOver } from './way-back.ts';

const notes = `# Upgrading

## 1.3.0

- **Breaking:** none
- **Way back:** binary

## 1.2.0

- **Migration:** Adds a table.
- **Way back:** restore

## 1.1.1
- **Migration:** Rebuilds the index.

## 1.1.0
- Nothing special.

## 1.0.1
- **Environment added:** A_B
`;
const main = { name: 'main:docs/upgrading.md', text: notes };

test('steppedOver() gives the version itself and all between that were published or have notes', () => {
  const known = { published: versions('1.3.0', '1.2.1', '1.0.0', '1.1.5-rc.1'), notes: [main] };
  const way = { from: readVersion('1.3.0'), to: readVersion('1.0.1') };
  deepEqual(steppedOver(way, known).map(formatVersion), ['1.3.0', '1.2.1', '1.2.0', '1.1.1', '1.1.0']);
  const candidate = { from: readVersion('1.2.0-rc.2'), to: readVersion('1.1.0') };
  deepEqual(steppedOver(candidate, known).map(formatVersion), ['1.2.0-rc.2', '1.1.1']);
  deepEqual(steppedOver({ from: way.to, to: way.from }, known), []);
  deepEqual(steppedOver({ from: way.to, to: way.to }, known), []);
});

test('judgeStep() believes a word and nothing else, and names the line', () => {
  const cases: readonly (readonly [string, WayBackClass, RegExp])[] = [
    ['1.3.0', 'binary', /^1\.3\.0: its notes say "binary" \(main:docs\/upgrading\.md, line 6\)$/],
    ['1.2.0', 'restore', /"restore" \(main:docs\/upgrading\.md, line 11\)$/],
    ['1.2.0-rc.1', 'restore', /^1\.2\.0-rc\.1: .*line 11\)$/],
    ['1.1.1', 'unknown', /list a migration and do not say the way back \(main:docs\/upgrading\.md, line 14\)$/],
    ['1.1.0', 'unknown', /do not say the way back \(main:docs\/upgrading\.md, line 16\)$/],
    ['1.0.1', 'unknown', /cannot be read: .*line 20/],
    ['0.9.0', 'unknown', /^0\.9\.0: main:docs\/upgrading\.md says nothing about it$/],
  ];
  for (const [version, is, because] of cases) {
    const step = judgeStep(readVersion(version), [main]);
    equal(step.is, is, version);
    match(step.because, because);
  }
  equal(judgeStep(readVersion('1.0.0'), []).because, '1.0.0: the project has no upgrading notes');
  match(judgeStep(readVersion('1.0.0'), [{ ...main, text: undefined }]).because, /there is no main:docs/);
});

test('judgeStep() takes the word of the first source that says one', () => {
  const own = { name: 'v1.2.0:docs/upgrading.md', text: '## 1.2.0\n- **Way back:** binary\n' };
  equal(judgeStep(readVersion('1.2.0'), [main, own]).is, 'restore');
  const silent = { ...main, text: '## 1.2.0\n- x\n' };
  match(judgeStep(readVersion('1.2.0'), [silent, own]).because, /"binary" \(v1\.2\.0:docs/);
  match(
    judgeStep(readVersion('1.2.0'), [
      { ...main, text: '' },
      { ...own, text: '## 1.2.0\n- x\n' },
    ]).because,
    /v1\.2\.0:/,
  );
});

test('a table can say both words for one version, and the careful one counts', () => {
  const text = '| Version | Rollback |\n|---|---|\n| 1.2.0 | restore |\n| 1.2.0 | binary |\n';
  const step = judgeStep(readVersion('1.2.0'), [{ ...main, text }]);
  deepEqual([step.is, /line 3/.test(step.because)], ['restore', true]);
});

test('a way back is as hard as its hardest step, whatever their order', () => {
  const classes = fc.constantFrom<WayBackClass>('binary', 'restore', 'unknown');
  const way = { from: readVersion('2.0.0'), to: readVersion('1.0.0') };
  fc.assert(
    fc.property(fc.array(classes, { minLength: 1, maxLength: 5 }), (list) => {
      const steps = list.map((is, index) => ({ version: readVersion(`1.${9 - index}.0`), is, because: is }));
      const wanted = list.includes('restore') ? 'restore' : list.includes('unknown') ? 'unknown' : 'binary';
      const judged = judgeWayBack(way, steps);
      equal(judged?.is, wanted);
      equal(
        judged?.decisive,
        steps.find(({ is }) => is === wanted),
      );
    }),
  );
  equal(judgeWayBack(way, []), undefined);
});

test('hardestWay() takes the way that asks most care, and describeWayBack() says all of it', () => {
  const ways = (['binary', 'unknown', 'restore'] as const).flatMap((is) => {
    const way = judgeWayBack({ from: readVersion('1.2.0'), to: readVersion('1.0.0') }, [
      { version: readVersion('1.2.0'), is, because: `1.2.0: ${is}` },
    ]);
    return way === undefined ? [] : [way];
  });
  equal(hardestWay(ways)?.is, 'restore');
  equal(hardestWay([]), undefined);
  deepEqual(ways.map(describeWayBack), [
    'going back from 1.2.0 to 1.0.0 is binary, the old version can be started again (1.2.0: binary)',
    'whether going back from 1.2.0 to 1.0.0 needs a restore is unknown (1.2.0: unknown)',
    'going back from 1.2.0 to 1.0.0 needs a restore of the backup from before the upgrade (1.2.0: restore)',
  ]);
});

function versions(...texts: readonly string[]) {
  return texts.map(readVersion);
}

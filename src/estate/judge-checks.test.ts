import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { objectId } from '../domain/object-id.ts';
import type { CheckedCommit } from './judge-checks.ts';
import { judgeCheck } from './judge-checks.ts';

type State = CheckedCommit['checks'][number]['state'];

const commits = ['a', 'b', 'c', 'd'].map((letter) => objectId(letter.repeat(40)));
const docs = ['docs/**', 'CHANGELOG.md'];
const web = { name: 'web', whenChanged: ['web/**'] };
const unit = { name: 'unit', whenChanged: [] };

test('a check counts for the last commit that changed what it looks at, whatever came after it', () => {
  const history = [at(0, ['src/a.rs'], {}), at(1, ['README.md'], {}), at(2, ['web/app.ts'], { web: 'passed' })];
  deepEqual(judgeCheck(web, history, docs), { is: 'passed', commit: commits[2] });
  equal(judgeCheck(web, history.slice(0, 2), docs).is, 'older', 'two commits do not tell');
});

test('where a commit changed what a check looks at and none ran, that is no pass, and neither is a skipped one', () => {
  const passed = at(1, ['web/app.ts'], { web: 'passed' });
  deepEqual(judgeCheck(web, [at(0, ['web/x.ts'], {}), passed], docs), {
    is: 'missing',
    commit: commits[0],
    said: 'not there',
  });
  deepEqual(judgeCheck(web, [at(0, ['web/x.ts'], { web: 'not-run' }), passed], docs), {
    is: 'missing',
    commit: commits[0],
    said: 'skipped',
  });
  deepEqual(judgeCheck(web, [at(0, ['src/a.rs'], { web: 'not-run' }), passed], docs), {
    is: 'passed',
    commit: commits[1],
  });
  equal(judgeCheck(web, [at(0, undefined, {})], docs).is, 'missing', 'the first commit of all');
});

test('a check without a path filter counts for a commit that changes no build input after it, and for no other', () => {
  const tested = at(1, ['src/a.rs'], { unit: 'passed' });
  equal(judgeCheck(unit, [at(0, ['CHANGELOG.md', 'docs/x.md'], {}), tested], docs).is, 'passed');
  equal(judgeCheck(unit, [at(0, ['CHANGELOG.md', 'src/b.rs'], {}), tested], docs).is, 'missing');
});

test('of several results of one name a failure counts before a running one, and that before a pass', () => {
  const results = (...states: readonly State[]): CheckedCommit => ({
    ...at(0, ['src/a.rs'], {}),
    checks: states.map((state) => ({ name: 'unit', state, said: state })),
  });
  equal(judgeCheck(unit, [results('passed', 'running', 'failed')], docs).is, 'failed');
  equal(judgeCheck(unit, [results('passed', 'running')], docs).is, 'running');
  equal(judgeCheck(unit, [results('not-run', 'passed')], docs).is, 'passed');
  equal(
    judgeCheck(unit, [at(0, ['docs/x.md'], { unit: 'failed' }), at(1, ['a'], { unit: 'passed' })], docs).is,
    'failed',
  );
});

function at(
  index: number,
  changed: readonly string[] | undefined,
  checks: Readonly<Record<string, State>>,
): CheckedCommit {
  const [commit = objectId('e'.repeat(40))] = commits.slice(index);
  return { commit, changed, checks: Object.entries(checks).map(([name, state]) => ({ name, state, said: state })) };
}

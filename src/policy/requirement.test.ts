import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requirementOf } from './requirement.ts';

const since = 'v1.0.0';

test('without critical paths a thing is required, whatever changed', () =>
  assert.deepEqual(requirementOf([], { is: 'known', since, paths: [] }), { is: 'required' }));

test('with critical paths it is required where one of them changed, and the path is named', () => {
  assert.deepEqual(
    requirementOf(['migrations/**', 'src/*.rs'], { is: 'known', since, paths: ['a', 'migrations/1/x.sql'] }),
    {
      is: 'required',
      because: 'migrations/1/x.sql changed since v1.0.0',
    },
  );
  assert.deepEqual(
    requirementOf(['migrations/**', 'src/*.rs'], { is: 'known', since, paths: ['src/a/b.rs', 'README'] }),
    {
      is: 'not-required',
      since,
    },
  );
});

test('where nobody can tell what changed, it is required', () =>
  assert.deepEqual(requirementOf(['migrations/**'], { is: 'unknown', reason: 'the clone is shallow' }), {
    is: 'required',
    because: 'it cannot be told what changed: the clone is shallow',
  }));

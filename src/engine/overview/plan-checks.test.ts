import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { awaitedStates } from './plan-checks.ts';

const forge = { kind: 'github', address: 'https://github.com', repository: 'acme/tiny' } as const;
const checks = {
  required: [
    { name: 'unit', whenChanged: [] },
    { name: 'web\nx', whenChanged: ['web/**', 'package.json'] },
  ],
  timeoutSeconds: 5400,
  classes: ['stable', 'hotfix'],
} as const;

test('a plan names the checks that its release will wait for, where they look, and for how long', () => {
  deepEqual(awaitedStates({ checks, forge }, ['stable']), [
    {
      name: 'forge-checks',
      on: 'source',
      state: 'awaited',
      at: undefined,
      because:
        'GitHub must say so of "unit", "web\\u{a}x" (where web/** or package.json changed last); waits at most 1 h 30 min',
    },
  ]);
});

test('a hotfix waits where any of its classes does, and a release of no such class waits for nothing', () => {
  deepEqual(
    awaitedStates({ checks: { ...checks, classes: ['hotfix'] }, forge }, ['stable', 'hotfix']).map(
      ({ state }) => state,
    ),
    ['awaited'],
  );
  deepEqual(awaitedStates({ checks, forge }, ['rc']), []);
  deepEqual(awaitedStates({ checks: { ...checks, required: [] }, forge }, ['stable']), []);
});

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { findCommitChecks } from './commit-checks.ts';
import { findTagPublishers } from './publishers.ts';
import { readWorkflow } from './workflow.ts';

function checks(...texts: readonly string[]) {
  const workflows = texts.flatMap((text, at) => readWorkflow(`${at}.yml`, text, undefined) ?? []);
  const { required, onHotfixes, left } = findCommitChecks(workflows, 'main');
  return { names: required.map(({ name }) => name), required, onHotfixes, left };
}

const job = 'jobs: { unit: { steps: [] } }\n';

test('a check is expected of every workflow that a push to the branch starts and that publishes nothing', () => {
  const started = [
    'on: push\n',
    'on: [push, pull_request]\n',
    'on:\n  push:\n',
    'on: { push: { branches: [main] } }\n',
    "on: { push: { branches: ['**'] } }\n",
    "on: { push: { branches: ['release/*', 'm*n'] } }\n",
  ];
  for (const on of started) deepEqual(checks(`${on}${job}`).names, ['unit'], on);
  const others = [
    'on: pull_request\n',
    'on: { workflow_dispatch: {} }\n',
    "on: { push: { tags: ['v*'] } }\n",
    'on: { push: { branches: [develop] } }\n',
    'on: push\npermissions:\n  packages: write\n',
    'on: push\nenv: { A: "docker push x" }\n',
  ];
  for (const on of others) deepEqual(checks(`${on}${job}`).names, [], on);
  for (const text of ['', 'on: push\n', ': :', 'jobs: [a]\non: push\n'])
    equal(readWorkflow('a', text, undefined), undefined);
});

test('checks are called as GitHub calls them', () => {
  const jobs = `on: push
jobs:
  plain: { steps: [] }
  named: { name: "Unit tests", steps: [] }
  combined: { strategy: { matrix: { os: [a, b], node: [22, 24] } }, steps: [] }
  inside: { name: "Test \${{ matrix.os }}", strategy: { matrix: { os: [a] } }, steps: [] }
  behind: { name: Lint, strategy: { matrix: { os: [a] } }, steps: [] }
`;
  deepEqual(checks(jobs).names, [
    'plain',
    'Unit tests',
    'combined (a, 22)',
    'combined (a, 24)',
    'combined (b, 22)',
    'combined (b, 24)',
    'Test a',
    'Lint (a)',
  ]);
});

test('what cannot be told is left to people, with its reason', () => {
  const jobs = `on: push
jobs:
  sometimes: { if: "github.ref == 'x'", steps: [] }
  elsewhere: { uses: ./.github/workflows/x.yml }
  loose: { continue-on-error: true, steps: [] }
  odd: { strategy: { matrix: { include: [{ a: 1 }] } }, steps: [] }
  objects: { strategy: { matrix: { os: [a, { b: 1 }] } }, steps: [] }
  without: { strategy: { matrix: { os: [a, b], exclude: [] } }, steps: [] }
  computed: { strategy: { matrix: "\${{ fromJSON(x) }}" }, steps: [] }
  named: { name: "\${{ vars.X }}", steps: [] }
`;
  const { names, left } = checks(jobs, "on: { push: { paths-ignore: ['docs/**'] } }\njobs: { a: { steps: [] } }\n");
  deepEqual(names, []);
  deepEqual(left, [
    'sometimes of 0.yml: it has a condition',
    'elsewhere of 0.yml: it calls another workflow',
    'loose of 0.yml: it may fail',
    'odd of 0.yml: its matrix is not a plain one',
    'objects of 0.yml: its matrix is not a plain one',
    'without of 0.yml: its matrix is not a plain one',
    'computed of 0.yml: its matrix is not a plain one',
    'named of 0.yml: its name is an expression',
    '1.yml: its filters of branches and paths cannot be said here',
  ]);
});

test('a path filter goes with its check, and hotfixes wait for checks only where their branches get them all', () => {
  const filtered = "on: { push: { branches: [main, 'hotfix/*'], paths: ['web/**', 'a.lock'] } }\n";
  deepEqual(checks(`${filtered}${job}`).required, [{ name: 'unit', whenChanged: ['web/**', 'a.lock'] }]);
  equal(checks(`${filtered}${job}`).onHotfixes, true);
  equal(checks(`${filtered}${job}`, `on: { push: { branches: [main] } }\n${job}`).onHotfixes, false);
  equal(checks(`on: push\n${job}`).onHotfixes, true);
  equal(checks("on: { push: { paths: ['!docs/**', '**'] } }\njobs: { a: { steps: [] } }\n").left.length, 1);
});

test('a check of one name in several workflows is waited for wherever one of them runs', () => {
  const filtered = (path: string): string => `on: { push: { paths: ['${path}'] } }\n${job}`;
  deepEqual(checks(filtered('a/**'), filtered('b/**'), filtered('a/**')).required, [
    { name: 'unit', whenChanged: ['a/**', 'b/**'] },
  ]);
  for (const texts of [
    [filtered('a/**'), `on: push\n${job}`],
    [`on: push\n${job}`, filtered('a/**')],
  ])
    deepEqual(checks(...texts).required, [{ name: 'unit', whenChanged: [] }]);
});

test('what publishes when a tag is pushed is found, whatever it is called', () => {
  const files = new Map([
    [
      '.github/workflows/a.yml',
      "on: { push: { tags: ['v*'] } }\npermissions:\n  contents: write\njobs: { a: { steps: [] } }\n",
    ],
    [
      '.github/workflows/b.yml',
      'on: { release: { types: [published] } }\njobs: { a: { steps: [{ run: docker push x }] } }\n',
    ],
    ['.github/workflows/c.yml', 'on: push\njobs: { a: { steps: [{ uses: goreleaser/goreleaser-action@v6 }] } }\n'],
    ['.github/workflows/d.yml', "on: { push: { tags: ['v*'] } }\njobs: { a: { steps: [] } }\n"],
    [
      '.github/workflows/e.yml',
      'on: { push: { branches: [main] } }\njobs: { a: { steps: [{ run: docker push x }] } }\n',
    ],
  ]);
  const found = findTagPublishers({ paths: [...files.keys()], read: (path) => files.get(path) });
  deepEqual(
    found.map((path) => path.at(-5)),
    ['a', 'b', 'c'],
  );
});

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { filesOf, image, workflowPolicy } from '../../test/make/workflow-policy.ts';
import type { CiSystem } from '../policy/ci-schema.ts';

type Change = Readonly<Record<string, unknown>>;

const arms = { 'linux/arm64': 'arm-box' };

interface BuildJob {
  readonly needs?: string | readonly string[];
  readonly 'runs-on'?: string;
  readonly strategy?: unknown;
  readonly tags?: readonly string[];
  readonly parallel?: unknown;
  readonly script?: readonly string[];
  readonly steps?: readonly { readonly name?: string; readonly env?: Readonly<Record<string, string>> }[];
}

type Jobs = Readonly<Record<string, BuildJob>>;

/** Those of releases, and those of the default branch: the job that builds parts, and the one that publishes. */
function jobsIn(system: CiSystem, ci: Change = {}): readonly (readonly [BuildJob | undefined, BuildJob | undefined])[] {
  const files = filesOf(workflowPolicy({ ci: { ...ci, system } }));
  if (system === 'gitlab') {
    const jobs: Jobs = parse(files['cutwater.yml'] ?? '');
    return [
      [jobs['cutwater-build'], jobs['cutwater-release']],
      [jobs['cutwater-edge-build'], jobs['cutwater-edge']],
    ];
  }
  const read = (name: string): Jobs => parse(files[name] ?? '').jobs;
  const [release, edge] = [read('release.yml'), read('pilot-release.yml')];
  return [
    [release['build'], release['release']],
    [edge['build'], edge['edge']],
  ];
}

void test('the job that publishes waits for every platform, and one that fails stops no other', () => {
  for (const system of ['github', 'forgejo'] as const)
    for (const [build, publish] of jobsIn(system, { runners: arms })) {
      equal(publish?.needs, 'build', system);
      equal(build?.['runs-on'], '${{ matrix.runner }}');
      const other = system === 'github' ? 'ubuntu-24.04' : 'docker';
      deepEqual(build?.strategy, {
        'fail-fast': false,
        matrix: {
          include: [
            { platform: 'linux/amd64', runner: other },
            { platform: 'linux/arm64', runner: 'arm-box' },
          ],
        },
      });
      equal(build?.steps?.at(-1)?.env?.['PLATFORM'], '${{ matrix.platform }}');
      equal(build?.needs, undefined);
    }
  const names = ['cutwater-build', 'cutwater-edge-build'];
  for (const [at, [build, publish]] of jobsIn('gitlab', { runners: arms }).entries()) {
    deepEqual(publish?.needs, [names[at]]);
    deepEqual(build?.tags, ['$RUNNER']);
    deepEqual(build?.parallel, { matrix: [{ PLATFORM: 'linux/arm64', RUNNER: 'arm-box' }] });
  }
});

void test('where one job builds all, nothing waits for it', () => {
  for (const system of ['github', 'forgejo', 'gitlab'] as const)
    for (const [build, publish] of jobsIn(system, { runner: 'own-box' }))
      deepEqual([build, publish?.needs], [undefined, undefined], system);
});

void test('no job emulates what another builds; the one that publishes does where it starts programs', () => {
  const emulation = (change: Change): readonly (string | undefined)[] => {
    const text = filesOf(workflowPolicy(change))['release.yml'] ?? '';
    const { build, release }: Readonly<Record<string, BuildJob>> = parse(text).jobs;
    return [build, release].map((job) => job?.steps?.find(({ name }) => name?.startsWith('Emulation'))?.name);
  };
  deepEqual(emulation({}), [undefined, undefined]);
  deepEqual(emulation({ images: [{ ...image, platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'] }] }), [
    undefined,
    'Emulation, for linux/arm/v7',
  ]);
  const binaries = [{ name: 'tiny-{arch}', path: '/tiny', versionArgs: ['--version'] }];
  deepEqual(emulation({ binaries }), [undefined, 'Emulation, for linux/arm64']);
  deepEqual(emulation({ ci: { runner: 'own-box' } }), [undefined, 'Emulation, for linux/arm64']);
});

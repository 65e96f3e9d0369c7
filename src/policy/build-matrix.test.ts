import { deepEqual, equal } from 'node:assert/strict';
import { suite, test } from 'node:test';
import { image, workflowPolicy } from '../../test/make/workflow-policy.ts';
import { buildMatrix, idleRunners } from './build-matrix.ts';

type Change = Readonly<Record<string, unknown>>;

const assemble = { files: [{ from: 'a', to: '/a' }], entrypoint: ['/a'] };
const assembled = { repository: 'ghcr.io/acme/tiny', build: { assemble } };
const arms = { 'linux/arm64': 'arm-box' };

function jobs(ci: Change, more: Change = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(
    buildMatrix(workflowPolicy({ ...more, ci })).map(({ platform, runner }) => [platform, runner]),
  );
}

void suite('buildMatrix()', () => {
  void test("on GitHub builds each platform of a Dockerfile on GitHub's own machine of its kind", () => {
    const both = { 'linux/amd64': 'ubuntu-24.04', 'linux/arm64': 'ubuntu-24.04-arm' };
    deepEqual(jobs({}), both);
    deepEqual(jobs({ runner: 'ubuntu-24.04-arm' }), both);
    deepEqual(jobs({ runner: 'ubuntu-22.04' }), { ...both, 'linux/amd64': 'ubuntu-22.04' });
  });

  void test('leaves out what no machine runs by itself: it is built where the release is published', () => {
    const platforms = ['linux/386', 'linux/arm64', 'linux/arm/v7', 'linux/riscv64', 'linux/amd64/v3'];
    deepEqual(jobs({}, { images: [{ ...image, platforms }] }), {
      'linux/386': 'ubuntu-24.04',
      'linux/arm64': 'ubuntu-24.04-arm',
    });
    const named = { runners: { 'linux/riscv64': 'riscv-box' } };
    equal(jobs(named, { images: [{ ...image, platforms }] })['linux/riscv64'], 'riscv-box');
  });

  void test('makes one job where there is one platform, one kind of machine, or nothing to compile', () => {
    deepEqual(jobs({}, { images: [{ ...image, platforms: ['linux/amd64'] }] }), {});
    deepEqual(jobs({}, { images: [assembled] }), {});
    deepEqual(jobs({ runner: 'own-box' }), {}, "who names other machines may not use GitHub's");
    deepEqual(jobs({ runners: { 'linux/arm64': 'ubuntu-24.04' } }), {}, 'it is turned off like this');
  });

  void test('elsewhere has machines of another kind only by their names', () => {
    for (const system of ['forgejo', 'gitlab'] as const) deepEqual(jobs({ system }), {}, system);
    deepEqual(jobs({ system: 'forgejo', runners: arms }), { 'linux/amd64': 'docker', ...arms });
    deepEqual(jobs({ system: 'gitlab', runners: arms }), arms, 'any machine may get the other job');
    deepEqual(jobs({ system: 'gitlab', runner: 'box', runners: arms }), { 'linux/amd64': 'box', ...arms });
  });

  void test('takes a name for a wish: then whatever is built has a job of its own', () => {
    deepEqual(jobs({ runners: arms }, { images: [assembled] }), { 'linux/amd64': 'ubuntu-24.04', ...arms });
    deepEqual(jobs({ runners: { 'linux/s390x': 'big-box' } }, { images: [assembled] }), {});
    deepEqual(idleRunners(workflowPolicy({ ci: { runners: { ...arms, 'linux/s390x': 'big-box' } } })), ['linux/s390x']);
  });

  void test('knows a machine for Arm by a word of its label, and not by three letters', () => {
    equal(jobs({ runner: 'swarm-box', runners: arms })['linux/amd64'], 'swarm-box');
    equal(jobs({ runner: 'box.aarch64', runners: { 'linux/amd64': 'other' } })['linux/arm64'], 'box.aarch64');
  });

  void test('counts the platforms of companions', () => {
    const web = { repository: 'ghcr.io/acme/web', platforms: ['linux/arm64'], build: { dockerfile: 'web.Dockerfile' } };
    const one = { ...image, platforms: ['linux/amd64'] };
    deepEqual(jobs({}, { images: [one, web] }), { 'linux/amd64': 'ubuntu-24.04', 'linux/arm64': 'ubuntu-24.04-arm' });
  });
});

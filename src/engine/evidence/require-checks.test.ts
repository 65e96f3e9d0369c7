import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { makeGitRepository } from '../../../test/make/git-repository.ts';
import { gitComparison } from '../../adapters/git-cli/comparison.ts';
import { gitCli } from '../../adapters/git-cli/git-cli.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { CheckReading } from '../../ports/commit-checks.ts';
import { requireChecks } from './require-checks.ts';

type Answers = (commit: ObjectId, waited: number) => readonly CheckReading[];

const policy = {
  notBuildInput: ['CHANGELOG.md'],
  checks: {
    required: [
      { name: 'unit', whenChanged: [] },
      { name: 'web', whenChanged: ['web/**'] },
    ],
    timeoutSeconds: 600,
    classes: ['stable', 'hotfix'] as const,
  },
};

test('running checks are waited for, and the commits that speak for path-filtered ones are found, also on a hotfix branch', async (t) => {
  const { commits, ask } = await history(t);
  const { gates, waits } = await ask((commit, waited) => {
    if (commit === commits.web) return [passed('unit'), passed('web')];
    if (commit === commits.mended) return [waited < 30 ? running('unit') : passed('unit')];
    return [];
  });
  equal(gates.length, 1);
  deepEqual([gates[0]?.name, gates[0]?.commit, gates[0]?.on], ['forge-checks', commits.documented, 'source']);
  ok(waits.length > 1 && waits.every((seconds) => seconds >= 5), String(waits));
});

test('a failed check ends it at once, with all that is wrong; one that never comes is waited for only a little', async (t) => {
  const { commits, ask } = await history(t);
  await rejects(
    ask((commit) => (commit === commits.mended ? [failed('unit')] : [])),
    (error) => {
      ok(isCutwaterError(error, 'GATE_FAILED'));
      match(
        error.details.join('\n'),
        new RegExp(`"unit": failed for ${commits.mended}, "failure"\n"web": not there for ${commits.web}`),
      );
      return true;
    },
  );
  await rejects(
    ask((commit) => (commit === commits.web ? [passed('web')] : [])),
    (error) => {
      ok(isCutwaterError(error, 'GATE_FAILED'));
      match(error.details.join('\n'), new RegExp(`"unit": not there for ${commits.mended}`));
      return true;
    },
  );
});

test('checks that still run when the time is up leave the release waiting, and classes without checks ask nothing', async (t) => {
  const { commits, ask } = await history(t);
  const slow: Answers = (commit) =>
    commit === commits.web ? [passed('web')] : commit === commits.mended ? [running('unit')] : [];
  await rejects(ask(slow), (error) => {
    ok(isCutwaterError(error, 'CHECKS_PENDING'));
    equal(error.exit, 8);
    match(error.message, /1 of 2 checks on test forge still run after 600 s/);
    return true;
  });
  deepEqual((await ask(() => [failed('unit')], ['rc'])).gates, []);
});

interface History {
  readonly commits: Readonly<Record<'web' | 'mended' | 'documented', ObjectId>>;
  readonly ask: (
    answers: Answers,
    classes?: readonly ('rc' | 'stable' | 'hotfix')[],
  ) => Promise<{ readonly gates: Awaited<ReturnType<typeof requireChecks>>; readonly waits: readonly number[] }>;
}

/** main: one commit for web; a hotfix branch from it: one for the server, one for the changelog. */
async function history(t: TestContext): Promise<History> {
  const repository = await makeGitRepository(t);
  const web = await repository.commit({ 'web/app.ts': 'one\n', 'src/main.rs': 'one\n' });
  await repository.git('switch', '-q', '-c', 'hotfix/v1.0.1');
  const mended = await repository.commit({ 'src/main.rs': 'two\n' });
  const documented = await repository.commit({ 'CHANGELOG.md': 'text\n' });
  return {
    commits: { web, mended, documented },
    ask: async (answers, classes = ['hotfix']) => {
      const waits: number[] = [];
      const waited = (): number => waits.reduce((sum, seconds) => sum + seconds, 0);
      const world = {
        git: gitCli(repository),
        comparison: gitComparison(repository),
        report: () => undefined,
        now: 1_772_368_000,
        checks: {
          description: 'test forge',
          read: (commit: ObjectId) => Promise.resolve(answers(commit, waited())),
          pause: (seconds: number) => Promise.resolve(void waits.push(seconds)),
        },
      };
      return { gates: await requireChecks(world, policy, { commit: documented, classes }), waits };
    },
  };
}

const passed = (name: string): CheckReading => ({ name, state: 'passed', said: 'success' });
const failed = (name: string): CheckReading => ({ name, state: 'failed', said: 'failure' });
const running = (name: string): CheckReading => ({ name, state: 'running', said: 'in_progress' });

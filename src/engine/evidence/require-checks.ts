import { canonicalJson } from '../../domain/canonical-json.ts';
import { digestOf } from '../../domain/digest.ts';
import { assertNever, CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { PassedGate } from '../../domain/release-checks.ts';
import type { CheckedCommit, CheckVerdict } from '../../estate/judge-checks.ts';
import { judgeCheck } from '../../estate/judge-checks.ts';
import { checksGate, requiredChecks } from '../../policy/checks-schema.ts';
import type { GateClass } from '../../policy/gate-policy.ts';
import type { Policy } from '../../policy/policy.ts';
import type { CommitChecks } from '../../ports/commit-checks.ts';
import type { ReleaseWorld } from '../world.ts';
import { timeText } from './run-gates.ts';

type ChecksWorld = Pick<ReleaseWorld, 'git' | 'comparison' | 'report' | 'now' | 'checks'>;

export interface ChecksQuestion {
  readonly commit: ObjectId;
  readonly classes: readonly GateClass[];
}

/**
 * Waits for the checks that the policy requires of a commit. GATE_FAILED where one did not pass, CHECKS_PENDING where
 * some have no result when the time is up; both name all of them.
 */
export async function requireChecks(
  world: ChecksWorld,
  policy: Pick<Policy, 'checks' | 'notBuildInput'>,
  question: ChecksQuestion,
): Promise<readonly PassedGate[]> {
  const { timeoutSeconds } = policy.checks;
  if (requiredChecks(policy.checks, question.classes).length === 0) return [];
  const { checks } = world;
  if (checks === undefined)
    throw new CutwaterError('CONFIG_INVALID', 'Cannot read the checks of a commit: the forge has none');
  world.report({ type: 'gate', name: checksGate, outcome: 'started' });
  const read = commitReader({ ...world, checks }, question.commit);
  for (let waited = 0; ;) {
    const verdicts = await judgeAll(read, policy);
    if (verdicts.every(({ verdict }) => verdict.is === 'passed')) {
      world.report({ type: 'gate', name: checksGate, outcome: 'passed' });
      return [recorded(question.commit, { verdicts, startedAt: world.now, finishedAt: world.now + waited })];
    }
    const wait = waitFor(verdicts, { waited, timeoutSeconds });
    if (wait === undefined) {
      world.report({ type: 'gate', name: checksGate, outcome: 'failed' });
      throw notPassed(checks, { commit: question.commit, verdicts, waited });
    }
    await checks.pause(wait);
    waited += wait;
  }
}

interface NamedVerdict {
  readonly name: string;
  readonly verdict: CheckVerdict;
}

/** How many commits back a path filter is followed; each is a question to the forge. */
const maximumCommits = 50;

/** The commit so many steps back in the first-parent history; undefined before its beginning. */
type CommitReader = (index: number) => Promise<CheckedCommit | undefined>;

/** What is settled about an older commit is not asked for again at each look. */
function commitReader(
  { git, comparison, checks }: Pick<ChecksWorld, 'git' | 'comparison'> & { readonly checks: CommitChecks },
  head: ObjectId,
): CommitReader {
  const settled = new Map<number, CheckedCommit>();
  let parents: readonly ObjectId[] | undefined;
  return async (index) => {
    parents ??= await git.firstParents(head);
    const [commit, parent] = [parents[index], parents[index + 1]];
    if (commit === undefined) return undefined;
    const known = settled.get(index);
    if (known !== undefined) return known;
    const changes = parent === undefined ? undefined : await comparison.fileChanges(parent, commit);
    const found = { commit, changed: changes?.map(({ path }) => path), checks: await checks.read(commit) };
    if (index > 0 && found.checks.every(({ state }) => state !== 'running')) settled.set(index, found);
    return found;
  };
}

async function judgeAll(
  read: CommitReader,
  { checks: { required }, notBuildInput }: Pick<Policy, 'checks' | 'notBuildInput'>,
): Promise<readonly NamedVerdict[]> {
  const history: CheckedCommit[] = [];
  for (;;) {
    const next = await read(history.length);
    if (next !== undefined) history.push(next);
    const verdicts = required.map((check) => ({
      name: check.name,
      verdict: judgeCheck(check, history, notBuildInput),
    }));
    const isOpen = verdicts.some(({ verdict }) => verdict.is === 'older');
    if (!isOpen || next === undefined || history.length >= maximumCommits) return verdicts;
  }
}

/** Right after a push the forge may not have begun yet; later, what is not there will not come. */
const beginsWithin = 120;

function waitFor(
  verdicts: readonly NamedVerdict[],
  { waited, timeoutSeconds }: { readonly waited: number; readonly timeoutSeconds: number },
): number | undefined {
  const states = new Set(verdicts.map(({ verdict }) => verdict.is));
  if (states.has('failed') || states.has('older') || waited >= timeoutSeconds) return undefined;
  if (states.has('missing') && waited >= beginsWithin) return undefined;
  return Math.min(waited < 60 ? 5 : 20, timeoutSeconds - waited);
}

function notPassed(
  { description }: CommitChecks,
  {
    commit,
    verdicts,
    waited,
  }: { readonly commit: ObjectId; readonly verdicts: readonly NamedVerdict[]; readonly waited: number },
): CutwaterError {
  const open = verdicts.filter(({ verdict }) => verdict.is !== 'passed');
  const isFinal = open.some(({ verdict }) => verdict.is !== 'running');
  const found = `${open.length} of ${verdicts.length} checks on ${description} ${isFinal ? 'did not pass' : `still run after ${waited} s`}`;
  return new CutwaterError(
    isFinal ? 'GATE_FAILED' : 'CHECKS_PENDING',
    `Cannot pass the checks of ${commit}: ${found}`,
    {
      details: open.map(({ name, verdict }) => `${quote(name)}: ${describe(verdict)}`),
      hint: isFinal
        ? 'Mend what failed; for one that was never to run here, name its path filter under checks in cutwater.yaml'
        : 'Run the same command again once they are done',
    },
  );
}

function describe(verdict: CheckVerdict): string {
  switch (verdict.is) {
    case 'passed':
      return `passed for ${verdict.commit}`;
    case 'failed':
    case 'running':
      return `${verdict.is} for ${verdict.commit}, ${quote(verdict.said)}`;
    case 'missing':
      return `${verdict.said} for ${verdict.commit}, which changes what it looks at`;
    case 'older':
      return `in none of the last ${maximumCommits} commits`;
    default:
      return assertNever(verdict);
  }
}

function recorded(
  commit: ObjectId,
  {
    verdicts,
    startedAt,
    finishedAt,
  }: { readonly verdicts: readonly NamedVerdict[]; readonly startedAt: number; readonly finishedAt: number },
): PassedGate {
  const read = verdicts.map(({ name, verdict }) => ({ name, commit: verdict.is === 'passed' ? verdict.commit : null }));
  return {
    name: checksGate,
    on: 'source',
    outcome: 'passed',
    commit,
    image: null,
    startedAt: timeText(startedAt),
    finishedAt: timeText(finishedAt),
    log: digestOf(canonicalJson({ checks: read })),
    report: null,
  };
}

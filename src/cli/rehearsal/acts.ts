import { CutwaterError } from '../../domain/error.ts';
import type { ExitCode } from '../../domain/error-catalogue.ts';
import type { RunResult, Stage } from './stage.ts';

/** One act of the rehearsal: what happens, why it matters, and the proof. */
export interface Act {
  /** One word, for `--act`. */
  readonly name: string;
  /** The acts whose outcome it begins with, in their order. */
  readonly needs: readonly string[];
  readonly title: string;
  readonly story: string;
  readonly play: (stage: Stage) => Promise<void>;
  /** The version to verify afterwards. */
  readonly verifies: string;
  /** What each alias must point at afterwards; checked, not only shown. */
  readonly aliases: Readonly<Record<string, string>>;
}

export const acts: readonly Act[] = [
  {
    name: 'candidate',
    needs: [],
    title: 'A release candidate',
    story:
      'Mara signs the tag v0.4.0-rc.1. CI builds the image for two platforms, tests it, and publishes it. No alias moves.',
    play: async (stage) => {
      await stage.git('add', '--all');
      await stage.git('commit', '-q', '-m', 'harbor 0.4.0');
      await stage.git('push', '-q', 'origin', 'main');
      await tagAndRelease(stage, '0.4.0-rc.1');
    },
    verifies: '0.4.0-rc.1',
    aliases: {},
  },
  {
    name: 'promotion',
    needs: ['candidate'],
    title: 'The stable release',
    story:
      'The candidate was good. Since then only documents were completed, which no build reads, so Mara promotes it: v0.4.0 publishes the very bytes that were tested, by digest.',
    play: async (stage) => {
      const notes = await stage.git('show', 'HEAD:docs/upgrading.md');
      await stage.write('docs/upgrading.md', `${notes}\n\nThe pilot sites did this with 0.4.0-rc.1.\n`);
      await stage.git('commit', '-q', '-am', 'docs: prepare release v0.4.0');
      await stage.git('push', '-q', 'origin', 'main');
      await mustRun(stage.maintainer, ['promote', '0.4.0-rc.1', '--push'], 0);
      await mustRun(stage.ci, ['release', '0.4.0'], 0);
    },
    verifies: '0.4.0',
    aliases: { latest: '0.4.0', '0': '0.4.0', '0.4': '0.4.0' },
  },
  {
    name: 'minor',
    needs: ['promotion'],
    title: 'A newer minor version',
    story: 'v0.5.0 is built from a new commit; latest and 0 follow it, 0.4 stays.',
    play: async (stage) => {
      await commitVersion(stage, '0.5.0', { category: 'Added', says: 'Answers on every path.' });
      await tagAndRelease(stage, '0.5.0');
    },
    verifies: '0.5.0',
    aliases: { latest: '0.5.0', '0': '0.5.0', '0.5': '0.5.0', '0.4': '0.4.0' },
  },
  {
    name: 'hotfix',
    needs: ['minor'],
    title: 'A backport to the older line',
    story:
      'v0.4.1 mends 0.4 from a hotfix branch. Under "any stable tag moves latest" it would drag latest back to 0.4.1; here it moves 0.4 only.',
    play: async (stage) => {
      await mustRun(stage.maintainer, ['hotfix', 'start', '--from', '0.4'], 0);
      await stage.git('checkout', '-q', 'hotfix/v0.4.1');
      await commitVersion(stage, '0.4.1', { category: 'Fixed', says: 'Closes connections it no longer needs.' });
      await tagAndRelease(stage, '0.4.1');
      await stage.git('checkout', '-q', 'main');
    },
    verifies: '0.4.1',
    aliases: { latest: '0.5.0', '0': '0.5.0', '0.5': '0.5.0', '0.4': '0.4.1' },
  },
  {
    name: 'killed',
    needs: ['minor'],
    title: 'A release that dies half-way',
    story:
      'While v0.5.1 uploads its files the runner is killed. Nothing a consumer follows has moved. The same command on a fresh runner completes it, without building again.',
    play: async (stage) => {
      await commitVersion(stage, '0.5.1', { category: 'Fixed', says: 'Answers under load.' });
      await mustRun(stage.maintainer, ['tag', '0.5.1', '--push'], 0);
      const killed = await stage.ci(['release', '0.5.1'], { killAfter: 'upload harbor-x86_64-linux' });
      if (!killed.killed) throw unexpected('release 0.5.1', killed, 'it ended before it could be killed');
      await expectAliases(stage, { latest: '0.5.0' });
      await mustRun(stage.ci, ['release', '0.5.1'], 0);
    },
    verifies: '0.5.1',
    aliases: { latest: '0.5.1', '0': '0.5.1', '0.5': '0.5.1' },
  },
  {
    name: 'withdrawal',
    needs: ['killed'],
    title: 'A withdrawal',
    story:
      '0.5.1 turns out to be bad. Mara signs its withdrawal; latest, 0 and 0.5 go back to 0.5.0 by digest, the release says why, and nothing is deleted.',
    play: async (stage) => {
      const args = ['withdraw', '0.5.1', '--reason', 'answers too slowly', '--aliases', 'move', '--push'];
      await mustRun(stage.maintainer, args, 0);
      await mustRun(stage.ci, ['reconcile'], 0);
    },
    verifies: '0.5.1',
    aliases: { latest: '0.5.0', '0': '0.5.0', '0.5': '0.5.0' },
  },
];

/** Plays an act and proves its outcome; returns what `verify` said and where every alias is now. */
export async function playAct(stage: Stage, act: Act): Promise<ActOutcome> {
  await act.play(stage);
  const aliases = await expectAliases(stage, act.aliases);
  const verified = await mustRun(stage.ask, ['verify', act.verifies], 0);
  return { verdict: verified.stdout.trim().split('\n').at(-1) ?? '', aliases };
}

export interface ActOutcome {
  readonly verdict: string;
  readonly aliases: readonly AliasNow[];
}

interface AliasNow {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
}

/** A change with its line in the changelog, and the commit that prepares its release. */
async function commitVersion(stage: Stage, version: string, change: Change): Promise<void> {
  const changelog = await stage.git('show', 'HEAD:CHANGELOG.md');
  const entry = `## [Unreleased]\n\n### ${change.category}\n\n- ${change.says}`;
  await stage.write('CHANGELOG.md', `${changelog.replace('## [Unreleased]', entry)}\n`);
  await stage.git('commit', '-q', '-am', change.says);
  await stage.git('push', '-q', 'origin', 'HEAD');
  const notes = ['--breaking', 'none', '--env', 'none', '--migrations', 'none', '--way-back', 'binary'];
  await mustRun(stage.maintainer, ['prepare', version, ...notes, '--push'], 0);
}

interface Change {
  readonly category: 'Added' | 'Fixed';
  readonly says: string;
}

async function tagAndRelease(stage: Stage, version: string): Promise<void> {
  await mustRun(stage.maintainer, ['tag', version, '--push'], 0);
  await mustRun(stage.ci, ['release', version], 0);
}

async function expectAliases(stage: Stage, wanted: Readonly<Record<string, string>>): Promise<readonly AliasNow[]> {
  const result = await mustRun(stage.ask, ['status', '--json'], 0);
  const status: { aliases: readonly Partial<AliasNow>[] } = JSON.parse(result.stdout);
  const found = status.aliases.flatMap(({ name = '', version, digest = '' }) =>
    version === undefined ? [] : [{ name, version, digest }],
  );
  for (const [alias, version] of Object.entries(wanted)) {
    const now = found.find(({ name }) => name === alias)?.version ?? 'nothing';
    if (now !== version) throw unexpected('status', result, `alias ${alias} points at ${now}, ${version} is wanted`);
  }
  if (Object.keys(wanted).length === 0 && found.length > 0)
    throw unexpected('status', result, 'an alias moved, none is wanted');
  return found;
}

async function mustRun(run: Stage['ask'], args: readonly string[], wanted: ExitCode): Promise<RunResult> {
  const result = await run(args);
  if (result.exitCode === wanted) return result;
  throw unexpected(args.join(' '), result, `exit code ${result.exitCode}, ${wanted} is wanted`);
}

function unexpected(command: string, result: RunResult, found: string): CutwaterError {
  const said = `${result.stderr}\n${result.stdout}`.split('\n').filter((line) => line !== '');
  return new CutwaterError('TOOL_FAILED', `Cannot go on with the rehearsal: "cutwater ${command}" gave ${found}`, {
    details: said.slice(-25),
    hint: 'Run it again with --keep DIR and look at what is there',
  });
}

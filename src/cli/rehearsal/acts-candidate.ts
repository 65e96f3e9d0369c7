import type { Act } from './act.ts';
import { must, mustRefuse, unexpected } from './expect.ts';
import type { Stage } from './stage.ts';

/** From the first push to a stable release. */
export const candidateActs: readonly Act[] = [
  {
    name: 'main',
    after: undefined,
    title: 'A push to main',
    story:
      'CI builds what was pushed and moves edge and the nightly of today, forward only. No release follows from it.',
    play: async (stage) => {
      await stage.commit('harbor 0.4.0');
      await stage.git('push', '-q', 'origin', 'main');
      await must(stage.ci, ['edge']);
      return [await edgeNow(stage)];
    },
    verifies: undefined,
    aliases: {},
  },
  {
    name: 'candidate',
    after: 'main',
    title: 'A release candidate',
    story:
      'Mara signs the tag v0.4.0-rc.1. CI judges it, builds the image for two platforms, tests it, and publishes it under the name of the candidate. latest does not move.',
    play: async (stage) => {
      await must(stage.maintainer, ['tag', '0.4.0-rc.1', '--push']);
      await must(stage.ci, ['release', '0.4.0-rc.1']);
      return [];
    },
    verifies: '0.4.0-rc.1',
    aliases: {},
  },
  {
    name: 'failure',
    after: 'candidate',
    title: 'The candidate fails on staging',
    story:
      'Mara signs what she saw, and from then on nobody can promote these bytes. She mends main and cuts rc.2, which passes.',
    play: async (stage) => {
      const note = 'the usage text is misleading';
      await must(stage.maintainer, evidence('0.4.0-rc.1', 'fail', note));
      const refused = await mustRefuse(stage.maintainer, ['promote', '0.4.0-rc.1', '--push'], /did not pass/);
      await stage.edit(
        'src/harbor.mjs',
        'usage: harbor [--version | PORT]',
        'usage: harbor [PORT] or harbor --version',
      );
      await stage.commit('Say both uses of harbor');
      await must(stage.maintainer, ['tag', '0.4.0-rc.2', '--push']);
      await must(stage.ci, ['release', '0.4.0-rc.2']);
      await must(stage.maintainer, evidence('0.4.0-rc.2', 'pass', 'deployed and asked'));
      return [refused];
    },
    verifies: '0.4.0-rc.2',
    aliases: {},
  },
  {
    name: 'promotion',
    after: 'failure',
    title: 'The stable release',
    story:
      'prepare completes changelog and upgrading notes, in a commit that changes nothing a build reads. So v0.4.0 publishes the very bytes of rc.2, by digest, and latest moves for the first time. Then users are told.',
    play: async (stage) => {
      const notes = ['--breaking', 'start it as "harbor 9000", not with PORT=9000', '--env', 'removed PORT'];
      await must(stage.maintainer, [
        'prepare',
        '0.4.0',
        ...notes,
        '--migrations',
        'none',
        '--way-back',
        'binary',
        '--push',
      ]);
      await must(stage.maintainer, ['promote', '0.4.0-rc.2', '--push']);
      await must(stage.ci, ['release', '0.4.0']);
      await must(stage.ci, ['announce', '0.4.0']);
      return [];
    },
    verifies: '0.4.0',
    aliases: { latest: '0.4.0', '0': '0.4.0', '0.4': '0.4.0' },
  },
];

/** The arguments that sign the result of a run on staging. */
export function evidence(version: string, result: 'pass' | 'fail', note: string): readonly string[] {
  return ['evidence', 'add', 'staging', version, '--result', result, '--note', note, '--push'];
}

async function edgeNow(stage: Stage): Promise<string> {
  const result = await must(stage.ask, ['history', 'edge', '--json']);
  const head = await stage.git('rev-parse', 'HEAD');
  if (result.stdout.includes(head)) return `edge and the nightly of today are the build of ${head.slice(0, 12)}`;
  throw unexpected('history edge', result, 'another commit than the one that was pushed');
}

import type { Act } from './act.ts';
import { evidence } from './acts-candidate.ts';
import { expectAliases, must, unexpected } from './expect.ts';

const noChange = ['--breaking', 'none', '--env', 'none', '--migrations', 'none', '--way-back', 'binary'];

/** What comes after the first stable release. */
export const upkeepActs: readonly Act[] = [
  {
    name: 'killed',
    after: 'promotion',
    title: 'A release that dies half-way',
    story:
      'While 0.5.0 uploads its files the runner is killed. Nothing that users follow has moved. The same command on a fresh runner completes it, without building again.',
    play: async (stage) => {
      await stage.edit('src/harbor.mjs', 'is listening', 'is ready');
      await stage.edit(
        'CHANGELOG.md',
        '## [Unreleased]\n',
        '## [Unreleased]\n\n### Added\n\n- It says when it is ready.\n',
      );
      await stage.commit('Say "ready"');
      await stage.git('push', '-q', 'origin', 'main');
      await must(stage.maintainer, ['prepare', '0.5.0', ...noChange, '--push']);
      await must(stage.maintainer, ['tag', '0.5.0', '--push']);
      await must(stage.maintainer, evidence('0.5.0', 'pass', 'deployed and asked'));
      const killed = await stage.ci(['release', '0.5.0'], { killAfter: 'upload harbor-x86_64-linux' });
      if (!killed.killed) throw unexpected('release 0.5.0', killed, 'an end before it could be killed');
      await expectAliases(stage, { latest: '0.4.0', '0': '0.4.0', '0.4': '0.4.0' });
      await must(stage.ci, ['release', '0.5.0']);
      return ['killed with SIGKILL after "upload harbor-x86_64-linux", then latest was still 0.4.0'];
    },
    verifies: '0.5.0',
    aliases: { latest: '0.5.0', '0': '0.5.0', '0.5': '0.5.0', '0.4': '0.4.0' },
  },
  {
    name: 'hotfix',
    after: 'killed',
    title: 'A hotfix of the older line',
    story:
      'Users of 0.4 need a fix. 0.4.1 is made from v0.4.0 and published. Under "any stable tag moves latest" it would take latest back to 0.4.1; here only 0.4 moves. Then the fix is merged back to main.',
    play: async (stage) => {
      await must(stage.maintainer, ['hotfix', 'start', '--from', '0.4', '--push']);
      await stage.git('checkout', '-q', 'hotfix/v0.4.1');
      await stage.edit('src/harbor.mjs', 'cannot listen on this port', 'cannot listen on the port');
      await stage.edit(
        'CHANGELOG.md',
        '## [Unreleased]\n',
        '## [Unreleased]\n\n### Fixed\n\n- A message names the port.\n',
      );
      await stage.commit('Name the port');
      await stage.git('push', '-q', 'origin', 'hotfix/v0.4.1');
      await must(stage.maintainer, ['prepare', '0.4.1', ...noChange, '--push']);
      await must(stage.maintainer, ['tag', '0.4.1', '--push']);
      await must(stage.ci, ['release', '0.4.1']);
      await must(stage.maintainer, ['hotfix', 'finish', '0.4.1', '--push']);
      await stage.git('checkout', '-q', 'main');
      await stage.git('merge', '-q', '--ff-only', 'merge-back/v0.4.1');
      await stage.git('push', '-q', 'origin', 'main');
      return [];
    },
    verifies: '0.4.1',
    aliases: { latest: '0.5.0', '0': '0.5.0', '0.5': '0.5.0', '0.4': '0.4.1' },
  },
  {
    name: 'withdrawal',
    after: 'hotfix',
    title: 'A rollback',
    story:
      '0.5.0 turns out to be bad. Mara withdraws it, signed. latest and 0 go back to 0.4.1 by digest, for both platforms, the release says why, the changelog gets the incident, users are told. Nothing is deleted.',
    play: async (stage) => {
      await must(stage.maintainer, ['withdraw', '0.5.0', '--reason', 'answers too slowly', '--push']);
      await must(stage.ci, ['reconcile']);
      await must(stage.ci, ['announce', '0.5.0']);
      return [];
    },
    verifies: '0.5.0',
    aliases: { latest: '0.4.1', '0': '0.4.1', '0.5': '0.5.0', '0.4': '0.4.1' },
  },
  {
    name: 'restore',
    after: 'withdrawal',
    title: 'The withdrawal was a mistake',
    story: 'The proxy in front was slow, not harbor. Undoing is a signed decision too, and the aliases follow it.',
    play: async (stage) => {
      await must(stage.maintainer, ['restore', '0.5.0', '--reason', 'the proxy in front was slow', '--push']);
      await must(stage.ci, ['reconcile']);
      return [];
    },
    verifies: '0.5.0',
    aliases: { latest: '0.5.0', '0': '0.5.0', '0.5': '0.5.0', '0.4': '0.4.1' },
  },
  {
    name: 'record',
    after: 'restore',
    title: 'What is left behind',
    story: 'Where latest was, when, and by whose decision; and the whole process as a page for the next maintainer.',
    play: async (stage) => {
      const history = await must(stage.maintainer, ['history', 'latest']);
      await must(stage.maintainer, ['docs', 'write']);
      await must(stage.maintainer, ['docs', 'check']);
      return history.stdout.trimEnd().split('\n');
    },
    verifies: undefined,
    aliases: { latest: '0.5.0', '0': '0.5.0', '0.5': '0.5.0', '0.4': '0.4.1' },
  },
];

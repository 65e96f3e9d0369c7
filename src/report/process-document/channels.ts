import type { Policy } from '../../policy/policy.ts';
import type { Block, Chapter } from './document.ts';
import { commands, list, say } from './document.ts';
import type { Inline } from './inline.ts';
import { code, enumerate, prose } from './inline.ts';
import { withoutTls } from './project-names.ts';
import { sh } from './shell.ts';

/** Every name an image gets, what moves it, and what it is good for. */
export function channels(policy: Policy): Chapter {
  const branch = code(policy.git.branch);
  return {
    title: 'Channels',
    blocks: [
      say(prose`Users follow the image by one of these tags:`),
      { kind: 'table', head: ['Tag', 'Moves when', 'Good for'], rows: [...movingRows(policy), ...fixedRows] },
      list(
        prose`${code('X.Y.Z')} and ${code('X.Y.Z-rc.N')} are written once. They have one digest for ever.`,
        prose`${code('latest')}, ${code('X')} and ${code('X.Y')} are computed from all published versions that are not
          withdrawn. A candidate or a push to ${branch} can not move them, and neither the order nor the repetition of
          runs matters. They go back to a lower version only when the version they point at was withdrawn.`,
        majorRule(policy),
        latestRule(policy),
        prose`${code('sha-')} is followed by ${policy.channels.sha === 'full' ? 'the whole' : 'the beginning of the'}
          commit id. It is written by the first published build of a commit and stays.`,
      ),
      say(prose`Where every channel is, and where one was before, when, and by whose decision:`),
      commands('do', sh`cutwater status`, sh`cutwater history latest`),
      commands(
        'look',
        sh`skopeo list-tags${withoutTls(policy)} "docker://$IMAGE"`,
        sh`skopeo inspect${withoutTls(policy)} --format '{{.Digest}}' "docker://$IMAGE:latest"`,
      ),
      say(prose`What a release was or would be built from, and what it would move, before it is made:`),
      commands('do', sh`cutwater plan "$VERSION"`),
      say(prose`An alias that is not where it should be, because a run was stopped for example, is put right by:`),
      commands('ci', sh`cutwater reconcile`),
      ...development(policy),
    ],
    steps: [],
  };
}

function movingRows(policy: Policy): readonly (readonly Inline[])[] {
  const { edge, nightly } = policy.channels;
  const branch = code(policy.git.branch);
  const rows: readonly (readonly Inline[])[] = [
    [code('edge'), prose`${branch} is pushed`, prose`development, checks in CI`],
    [code('nightly-YYYY-MM-DD'), prose`${branch} is pushed on that day (UTC)`, prose`bisecting, trying a day's state`],
  ];
  return rows.filter((_, at) => (at === 0 ? edge : nightly));
}

const fixedRows: readonly (readonly Inline[])[] = [
  [code('sha-COMMIT'), prose`never`, prose`exactly this commit`],
  [code('X.Y.Z-rc.N'), prose`never`, prose`validation before a release`],
  [code('X.Y.Z'), prose`never`, prose`production`],
  [code('X.Y'), prose`a stable version of the line is published`, prose`taking patches by themselves`],
  [
    code('X'),
    prose`a stable version of the major is published`,
    prose`from 1.0.0: taking minor versions by themselves`,
  ],
  [code('latest'), prose`a higher stable version is published`, prose`a first look, never production`],
];

function majorRule(policy: Policy): Inline {
  return policy.channels.major === 'always'
    ? prose`Below 1.0.0 there is an alias ${code('0')} too. Following it means taking breaking changes unread.`
    : prose`There is no alias ${code('0')}: below 1.0.0 only ${code('0.Y')} and ${code('latest')} move.`;
}

function latestRule({ channels: { latest } }: Policy): Inline {
  return latest.kind === 'highest'
    ? prose`${code('latest')} is the highest stable version of all, so a backport to an older line leaves it alone.`
    : prose`${code('latest')} is the highest stable version of the line ${code(latest.line)}.`;
}

function development(policy: Policy): readonly Block[] {
  const { edge, nightly } = policy.channels;
  const names = [...(edge ? [code('edge')] : []), ...(nightly ? [prose`the nightly of the day`] : [])];
  if (names.length === 0) return [];
  return [
    say(prose`Each push to ${code(policy.git.branch)} is built for all platforms, named ${code('sha-COMMIT')}, and
      moves ${enumerate(names)}, forward only: a build that comes late does not take them back.`),
    commands('ci', sh`cutwater edge`),
  ];
}

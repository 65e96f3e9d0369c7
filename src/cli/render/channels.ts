import { shortDigest } from '../../domain/digest.ts';
import { assertNever } from '../../domain/error.ts';
import type { ChannelState, EdgeEstate } from '../../engine/edge/gather-edge.ts';
import type { EdgeJudgement } from '../../estate/judge-edge.ts';
import type { TableCell } from './table.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

export interface ChannelTable {
  readonly estate: Pick<EdgeEstate, 'branch' | 'channels'>;
  /** Unix seconds. */
  readonly now: number;
}

/** The table of `edge` and the nightly: which commit each is a build of, how old that is, and what should happen. */
export function renderChannels({ estate, now }: ChannelTable, terminal: Terminal): readonly string[] {
  const rows = estate.channels.map((state): readonly TableCell[] => {
    const { says, style } = describe(state, estate.branch);
    const { at, current, image, name } = state;
    return [
      // Of a companion with the last part of its name, which no two images share.
      { text: image === undefined ? name : `${image.slice(image.lastIndexOf('/') + 1)}:${name}`, style: 'bold' },
      at === undefined ? (current === undefined ? '-' : 'unknown') : at.commit.slice(0, 12),
      current === undefined ? '-' : shortDigest(current.digest),
      at?.committedAt === undefined ? '-' : formatAge(now - at.committedAt),
      { text: says, style },
    ];
  });
  return renderTable(
    [
      { title: 'channel' },
      { title: 'commit' },
      { title: 'digest' },
      { title: 'age' },
      { title: 'state', shrinks: true },
    ],
    rows,
    terminal,
  );
}

/** One channel as plain data for `--json`. Times are Unix seconds. */
export function channelJson({ image, name, current, at, judgement }: ChannelState): Readonly<Record<string, unknown>> {
  return {
    ...(image === undefined ? {} : { image }),
    name,
    digest: current?.digest,
    commit: at?.commit,
    behind: at?.behind,
    committedAt: at?.committedAt,
    state: judgement.is,
    ...(judgement.is === 'move' ? { because: judgement.because } : {}),
    ...(judgement.is === 'move' || judgement.is === 'create' ? { to: judgement.to } : {}),
  };
}

/** `45 s`, `12 min`, `5 h`, `3 d`: how long ago a commit was made by its own word, which may be wrong. */
export function formatAge(seconds: number): string {
  if (seconds < 0) return 'in the future';
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 48 * 3600 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

interface Described {
  readonly says: string;
  readonly style: 'green' | 'yellow' | 'red' | 'dim';
}

function describe({ at, judgement }: ChannelState, branch: string): Described {
  switch (judgement.is) {
    case 'right':
      return at?.behind === 0
        ? { says: `at the head of ${branch}`, style: 'green' }
        : { says: `${branch} is ${counted(at?.behind)} ahead`, style: 'yellow' };
    case 'create':
      return { says: `not there yet; to be made for commit ${judgement.to.commit.slice(0, 12)}`, style: 'yellow' };
    case 'move':
      return { says: `to be moved to commit ${judgement.to.commit.slice(0, 12)}${whyOf(judgement)}`, style: 'yellow' };
    case 'past':
      return { says: `of an earlier day; ${branch} is ${counted(at?.behind)} ahead`, style: 'dim' };
    case 'absent':
      return { says: 'nothing is built yet', style: 'dim' };
    case 'stranded':
      return { says: `its commit is no longer in the history of ${branch}`, style: 'red' };
    case 'refused':
      return { says: 'nobody vouches for this image', style: 'red' };
    default:
      return assertNever(judgement);
  }
}

function whyOf({ because }: Extract<EdgeJudgement, { is: 'move' }>): string {
  switch (because) {
    case 'newer':
      return '';
    case 'rewritten':
      return ', its own is no longer in the history';
    case 'first-build':
      return ', to the build of it that was published first';
    case 'replaced':
      return ' on request';
    default:
      return assertNever(because);
  }
}

function counted(commits: number | undefined): string {
  if (commits === undefined) return 'some commits';
  return commits === 1 ? '1 commit' : `${commits} commits`;
}

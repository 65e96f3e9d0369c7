import { assertNever } from '../domain/error.ts';
import type { EdgeJudgement } from '../estate/judge-edge.ts';
import type { Step } from './step.ts';

/** The step that carries out the judgement on `edge` or a nightly; undefined where nothing moves. Of a companion it names the image. */
export function channelStep(
  name: string,
  judgement: EdgeJudgement,
  image?: string,
): Extract<Step, { kind: 'channel' }> | undefined {
  const channel = { kind: 'channel', ...(image === undefined ? {} : { image }), channel: name } as const;
  switch (judgement.is) {
    case 'create':
      return { ...channel, ...judgement.to, from: undefined, because: 'the newest build' };
    case 'move':
      return { ...channel, ...judgement.to, from: judgement.from.digest, because: reasonOf(judgement) };
    case 'right':
    case 'absent':
    case 'stranded':
    case 'past':
    case 'refused':
      return undefined;
    default:
      return assertNever(judgement);
  }
}

function reasonOf({ because, from }: Extract<EdgeJudgement, { is: 'move' }>): string {
  const commits = from.commits.map((commit) => commit.slice(0, 12)).join(', ');
  switch (because) {
    case 'newer':
      return `newer than ${commits}`;
    case 'rewritten':
      return `${commits} is no longer in the history of the branch`;
    case 'first-build':
      return 'the build of this commit that was published first';
    case 'replaced':
      return 'replaced on request';
    default:
      return assertNever(because);
  }
}

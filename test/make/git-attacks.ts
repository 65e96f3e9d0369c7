import type { DecisionMessage } from '../../src/domain/decision-message.ts';
import { formatCheckpointMessage, formatDecisionMessage } from '../../src/domain/decision-message.ts';
import type { CheckpointMessage } from '../../src/domain/decision-message.ts';
import { objectId } from '../../src/domain/object-id.ts';
import { readVersion } from '../../src/domain/version.ts';
import type { TagOptions } from './git-repository.ts';
import type { TestProject } from './project.ts';
import { digestAt } from './registry-writer.ts';

/** Makes a git tag in the maintainer's clone and puts it on the remote, over whatever is there. */
export async function forceTag(project: TestProject, name: string, options: TagOptions = {}): Promise<void> {
  await project.clone.tag(name, options);
  await pushOver(project, name);
}

export async function pushOver({ clone }: TestProject, name: string): Promise<void> {
  await clone.git('push', '-q', '--force', 'origin', `refs/tags/${name}`);
}

/** The message of a decision about a published version as Cutwater would write it; parts of it may be changed. */
export async function decisionMessage(
  project: TestProject,
  version: string,
  change: Partial<DecisionMessage> = {},
): Promise<string> {
  const release = objectId(await project.clone.git('rev-parse', `refs/tags/v${version}`));
  const digest = 'digest' in change ? change.digest : await digestAt(project.data, version);
  const decision = change.decision ?? 'withdrawn';
  return formatDecisionMessage({
    project: 'tiny',
    decision,
    version: readVersion(version),
    release,
    aliases: decision === 'withdrawn' ? 'move' : undefined,
    useInstead: undefined,
    reason: 'loses uploads',
    ...change,
    digest,
  });
}

/** The message of a checkpoint, with a number of its own choice. */
export function checkpointMessage(number: number, message: CheckpointMessage): string {
  return formatCheckpointMessage(number, message);
}

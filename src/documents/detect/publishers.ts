import type { ProjectView } from './project-view.ts';
import { readWorkflow } from './workflow.ts';

/** Workflows that write releases or images when a tag is pushed, as far as their text shows. */
export function findTagPublishers({ paths, read }: Pick<ProjectView, 'paths' | 'read'>): readonly string[] {
  return paths
    .filter((path) => /^\.(?:github|forgejo|gitea)\/workflows\/[^/]+\.ya?ml$/.test(path))
    .filter((path) => {
      const workflow = readWorkflow(path, read(path) ?? '', undefined);
      return workflow !== undefined && workflow.publishes && workflow.startsOnTags;
    })
    .toSorted();
}

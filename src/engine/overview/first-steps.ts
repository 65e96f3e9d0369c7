import { judgeWorkflows, pathsOf } from '../../ci/judge-workflows.ts';
import { workflowsOf } from '../../ci/workflows.ts';
import { findUnbuilt } from '../../documents/detect/dockerfile-copies.ts';
import { findTagPublishers } from '../../documents/detect/publishers.ts';
import type { ProjectView } from '../../documents/detect/project-view.ts';
import type { TagStreams } from '../../documents/detect/tag-streams.ts';
import { quote } from '../../domain/quote.ts';
import type { Policy } from '../../policy/policy.ts';

/** What a first policy was made from. */
export interface FirstLook {
  readonly view: ProjectView;
  readonly streams: TagStreams;
}

/**
 * What only a maintainer can decide before a project releases with the policy that `init` wrote, one sentence each, in the
 * order in which it comes up.
 */
export function firstSteps(policy: Policy, { view, streams }: FirstLook): readonly string[] {
  return [
    ...missingParts(policy, view),
    ...foreignFiles(policy, view),
    ...(policy.trust.ci.length === 0
      ? ['CI has no key to sign with yet: the commands under "trust" in cutwater.yaml make one']
      : []),
    ...earlierReleases(streams),
  ];
}

function missingParts(policy: Policy, view: ProjectView): readonly string[] {
  const { paths } = view;
  const [image] = policy.images;
  const build = image?.build.kind === 'dockerfile' ? image.build : undefined;
  const unbuilt = build === undefined ? [] : findUnbuilt(view, build);
  return [
    ...(build === undefined || paths.includes(build.dockerfile)
      ? []
      : [`no Dockerfile was found: write ${quote(build.dockerfile)}, or say under images how the image is built`]),
    ...(build === undefined || unbuilt.length === 0
      ? []
      : [
          `${quote(build.dockerfile)} copies ${andList(unbuilt)}, which nobody committed: build it in a stage of that file, or say under images what is put together (build.assemble)`,
        ]),
    ...(image?.name.registry === 'embedded'
      ? ['no registry is known: the image stays on this disk until images.repository names one']
      : []),
    ...(paths.includes(policy.changelog)
      ? []
      : [`there is no ${quote(policy.changelog)}: 'cutwater prepare' wants one with a section "Unreleased"`]),
  ];
}

function foreignFiles(policy: Policy, view: ProjectView): readonly string[] {
  const usual = 'docs/release-process.md';
  const workflows = workflowsOf(policy);
  const existing = new Map(
    workflows.is === 'refused'
      ? []
      : pathsOf(workflows.value).flatMap((path) => {
          const text = view.read(path);
          return text === undefined ? [] : [[path, text] as const];
        }),
  );
  const states = workflows.is === 'refused' ? [] : judgeWorkflows(workflows.value, existing);
  const replaced = states.flatMap(({ path, is }) => (is === 'foreign' ? [path] : []));
  const beside = findTagPublishers(view).filter((path) => !existing.has(path));
  return [
    ...(replaced.length === 0
      ? []
      : [
          `people wrote ${andList(replaced)}: 'cutwater ci write --force' puts Cutwater's workflows in their place, git keeps the old ones`,
        ]),
    ...(beside.length === 0
      ? []
      : [
          `${andList(beside)} ${beside.length === 1 ? 'publishes' : 'publish'} too when a tag is pushed: take that away with the first release by Cutwater`,
        ]),
    ...(view.paths.includes(usual) && policy.processDocument !== usual
      ? [
          `people wrote ${quote(usual)}: 'cutwater docs write' writes ${quote(policy.processDocument)} beside it, compare the two and keep one`,
        ]
      : []),
  ];
}

function earlierReleases({ releases, bare }: TagStreams): readonly string[] {
  return [
    ...(releases === 0
      ? []
      : [
          `${releases === 1 ? 'one version was' : `${releases} versions were`} tagged before: once the policy is pushed, 'cutwater import' shows what was published and has you vouch for it`,
        ]),
    ...(bare === 0
      ? []
      : [
          `${bare === 1 ? 'one tag is a version' : `${bare} tags are versions`} without "v": only vX.Y.Z is a release here`,
        ]),
  ];
}

function andList(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).map(quote);
  if (paths.length > shown.length) return `${shown.join(', ')} and ${paths.length - shown.length} more`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import type { CiSystem } from '../policy/ci-schema.ts';
import type { Policy } from '../policy/policy.ts';
import { idleRunners } from '../policy/build-matrix.ts';
import { forgejoWorkflows, githubWorkflows } from './actions-workflows.ts';
import { gitlabPipeline } from './gitlab-pipeline.ts';
import type { WorkflowFile } from './workflow-file.ts';
import type { WorkflowNeeds } from './workflow-needs.ts';
import { needsOf } from './workflow-needs.ts';

export interface Workflows {
  readonly system: CiSystem;
  readonly files: readonly WorkflowFile[];
  /** Paths that such a system's files have with other policies; what lies there from before is to go. */
  readonly retired: readonly string[];
  /** What the workflows can not do as the policy stands, one sentence each. */
  readonly notes: readonly string[];
}

/** The workflow files of a policy. The same policy gives the same bytes. Refused where no workflow could work. */
export function workflowsOf(policy: Policy): Parsed<Workflows> {
  const { system } = policy.ci;
  const needs = needsOf(policy);
  if (system === undefined)
    return refuse('nothing says what runs the workflows: name ci.system (github, forgejo or gitlab) or source');
  if (needs.registries.includes('embedded'))
    return refuse(
      'the image goes to the registry on disk, which ends with the job: name a registry as images.repository',
    );
  // A text that begins an expression can not be escaped in a filter of branches.
  if (policy.git.branch.includes('${{')) return refuse('git.branch holds "${{", which begins an expression there');
  const files = filesOf(system, policy, needs);
  const retired = needs.edge ? [] : edgeFiles[system];
  return accept({ system, files, retired, notes: notesOn(policy, { system, needs }) });
}

function filesOf(system: CiSystem, policy: Policy, needs: WorkflowNeeds): readonly WorkflowFile[] {
  switch (system) {
    case 'github':
      return githubWorkflows(policy, needs);
    case 'forgejo':
      return forgejoWorkflows(policy, needs);
    case 'gitlab':
      return [gitlabPipeline(policy, needs)];
  }
}

const edgeFiles: Readonly<Record<CiSystem, readonly string[]>> = {
  github: ['.github/workflows/pilot-release.yml'],
  forgejo: ['.forgejo/workflows/pilot-release.yml'],
  gitlab: [],
};

function notesOn(
  policy: Policy,
  { system, needs }: { readonly system: CiSystem; readonly needs: WorkflowNeeds },
): readonly string[] {
  const forge: string = policy.forge.kind;
  return [
    ...(forge === 'local' ? ['forge is local: the releases are folders of the runner, which end with the job'] : []),
    ...idleRunners(policy).map((name) => `ci.runners names ${name}, which no image is built for`),
    ...(needs.signs === 'never' ? ['trust.ci is empty: nothing that the workflows sign would count'] : []),
    ...(policy.ci.setup.length > 0 ? [] : missingTools(policy, { system, needs })),
  ];
}

/** What the machines do not have by themselves, and no step brings. */
function missingTools(
  { images, scan, sbom, ci }: Policy,
  { system, needs }: { readonly system: CiSystem; readonly needs: WorkflowNeeds },
): readonly string[] {
  const isGitHub = system === 'github';
  const builds = !isGitHub && images.some(({ build }) => build.kind === 'dockerfile');
  const programs = [
    ...(scan === undefined || scan.tool === 'recorded' ? [] : [scan.tool]),
    ...sbom.also.map(({ tool }) => tool),
  ];
  const brought: readonly string[] = (isGitHub || ci.trivy !== undefined) && needs.trivy ? ['trivy'] : [];
  const missing = [...new Set(programs)].filter((program) => !brought.includes(program));
  return [
    ...(builds ? ['a builder of Dockerfiles for all platforms must be on the runner, or come by ci.setup'] : []),
    ...missing.map((program) => `${program} must be on the runner, or come by ci.setup`),
  ];
}

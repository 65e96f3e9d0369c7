import type { Policy } from '../policy/policy.ts';
import { command, shellWord } from '../report/process-document/shell.ts';
import { pinnedTrivyLines } from './pinned-trivy.ts';
import { nodeVersion } from './action-pins.ts';
import { toolOf } from './tool.ts';
import type { WorkflowFile } from './workflow-file.ts';
import type { WorkflowNeeds } from './workflow-needs.ts';
import { loginNames, secretNames } from './workflow-needs.ts';
import type { YamlMap } from './yaml-text.ts';
import { renderYaml } from './yaml-text.ts';

const path = '.gitlab/cutwater.yml';

/** The jobs of GitLab CI, as a file that `.gitlab-ci.yml` includes. */
export function gitlabPipeline(policy: Policy, needs: WorkflowNeeds): WorkflowFile {
  const jobs: YamlMap = {
    '.cutwater': template(policy, needs),
    ...(needs.matrix.length > 0 ? { 'cutwater-build': build(policy, needs) } : {}),
    'cutwater-release': release(policy, needs),
    'cutwater-reconcile': reconcile(policy, needs),
    ...(needs.edge && needs.matrix.length > 0 ? { 'cutwater-edge-build': edgeBuild(policy, needs) } : {}),
    ...(needs.edge ? { 'cutwater-edge': edge(policy, needs) } : {}),
  };
  return { path, text: renderYaml(jobs, remarks(needs), '1.1') };
}

function remarks(needs: WorkflowNeeds): readonly string[] {
  return [
    `In .gitlab-ci.yml: include: [{ local: /${path} }]`,
    `Protected and masked variables of the project: ${secretNames(needs).join(', ')}.`,
    'Protect the default branch and the tags v*, withdrawn/*, restored/*, checkpoint/* and evidence/*, so that only maintainers',
    'make them. A stopped release goes on when its job is retried. A daily schedule of the default branch runs reconcile.',
    'Only cutwater-reconcile moves an alias, one run at a time.',
  ];
}

function template({ git, ci }: Policy, needs: WorkflowNeeds): YamlMap {
  const branch = shellWord(`+refs/heads/${git.branch}:refs/remotes/origin/${git.branch}`);
  return {
    image: ci.image ?? `node:${nodeVersion}-bookworm`,
    ...(ci.runner === undefined ? {} : { tags: [ci.runner] }),
    stage: 'deploy',
    interruptible: false,
    variables: {
      GIT_STRATEGY: 'clone',
      GIT_DEPTH: '0',
      DOCKER_AUTH_CONFIG: dockerConfig(needs.registries),
    },
    before_script: [
      `git fetch --quiet origin ${branch}`,
      `git checkout --quiet --detach ${shellWord(`refs/remotes/origin/${git.branch}`)}`,
      ...toolOf(ci).install,
    ],
  };
}

/** GitLab puts the values in before the job starts. */
function dockerConfig(hosts: readonly string[]): string {
  const auths = hosts.map((host) => {
    const { user, password } = loginNames(host, hosts);
    return [host, { username: `$${user}`, password: `$${password}` }] as const;
  });
  return JSON.stringify({ auths: Object.fromEntries(auths) });
}

const releaseTag = '$CI_COMMIT_TAG =~ /^v[0-9]/';
const branchPush = '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH';
const decisionTag = String.raw`$CI_COMMIT_TAG =~ /^(withdrawn|restored|checkpoint|evidence)\//`;

function build(policy: Policy, needs: WorkflowNeeds): YamlMap {
  const words = '-- "$CI_COMMIT_TAG"';
  return { extends: '.cutwater', rules: [{ if: releaseTag }], ...onePlatform(policy, needs, words) };
}

function edgeBuild(policy: Policy, needs: WorkflowNeeds): YamlMap {
  const words = '--edge --commit "$CI_COMMIT_SHA"';
  return { extends: '.cutwater', rules: [{ if: branchPush }], ...onePlatform(policy, needs, words) };
}

/** A job for each platform that has a machine of its kind, side by side. They need no group: of two the first one wins. */
function onePlatform(policy: Policy, needs: WorkflowNeeds, words: string): YamlMap {
  return {
    parallel: { matrix: needs.matrix.map(({ platform, runner }) => ({ PLATFORM: platform, RUNNER: runner })) },
    tags: ['$RUNNER'],
    ...signing(needs, true),
    ...limit(policy.ci.timeout),
    script: [...setup(policy), ...call(policy, needs, { shell: `build --platform "$PLATFORM" ${words}` })],
  };
}

function release(policy: Policy, needs: WorkflowNeeds): YamlMap {
  return {
    extends: '.cutwater',
    ...(needs.matrix.length > 0 ? { needs: ['cutwater-build'] } : {}),
    rules: [{ if: releaseTag }],
    resource_group: 'cutwater-release-$CI_COMMIT_TAG',
    ...signing(needs, true),
    ...limit(policy.ci.timeout),
    script: [
      ...scanner(policy, needs),
      ...setup(policy),
      ...call(policy, needs, { shell: 'release --leave-aliases -- "$CI_COMMIT_TAG"' }),
    ],
  };
}

function reconcile(policy: Policy, needs: WorkflowNeeds): YamlMap {
  return {
    extends: '.cutwater',
    needs: [{ job: 'cutwater-release', optional: true }],
    rules: [
      { if: releaseTag },
      { if: decisionTag },
      { if: '$CI_PIPELINE_SOURCE == "schedule" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH' },
    ],
    resource_group: 'cutwater-reconcile',
    ...signing(needs, needs.announces),
    ...limit(1800),
    script: call(policy, needs, { shell: 'reconcile', signs: needs.announces }),
  };
}

function edge(policy: Policy, needs: WorkflowNeeds): YamlMap {
  return {
    extends: '.cutwater',
    ...(needs.matrix.length > 0 ? { needs: ['cutwater-edge-build'] } : {}),
    rules: [{ if: branchPush }],
    resource_group: 'cutwater-edge',
    ...signing(needs, true),
    ...limit(policy.ci.timeout),
    script: [...setup(policy), ...call(policy, needs, { shell: 'edge --commit "$CI_COMMIT_SHA"' })],
  };
}

function signing({ signs }: WorkflowNeeds, doesSign: boolean): YamlMap {
  return doesSign && signs === 'token' ? { id_tokens: { SIGSTORE_ID_TOKEN: { aud: 'sigstore' } } } : {};
}

function limit(seconds: number): YamlMap {
  return { timeout: `${Math.ceil(seconds / 60)} minutes` };
}

/** Without a pin the image of the jobs, or ci.setup, has to bring it. */
function scanner({ ci }: Policy, needs: WorkflowNeeds): readonly string[] {
  if (ci.trivy === undefined || !needs.trivy) return [];
  return [`${['folder=$(mktemp -d)', ...pinnedTrivyLines(ci.trivy), 'export PATH="$folder:$PATH"'].join('\n')}\n`];
}

function setup({ ci }: Policy): readonly string[] {
  return ci.setup.map((words) => command(words).shell);
}

/** The key goes through a descriptor, so that no program which Cutwater starts finds it in its environment or in a file. */
function call(
  { ci }: Policy,
  needs: WorkflowNeeds,
  { shell, signs = true }: { readonly shell: string; readonly signs?: boolean },
): readonly string[] {
  const program = `${toolOf(ci).program} --plain ${shell}`;
  if (!signs || needs.signs !== 'key') return [program];
  return [
    `exec 3< <(printf '%s' "$CUTWATER_CI_KEY")\nunset CUTWATER_CI_KEY\nexport CUTWATER_CI_KEY_FD=3\n${program}\n`,
  ];
}

import type { ActionsDialect, CutwaterCall, StepsRequest } from './actions-steps.ts';
import { buildSteps, cutwaterStep, openingSteps } from './actions-steps.ts';
import { mainArchitecture } from '../policy/build-matrix.ts';
import { branchFilter } from './branch-filter.ts';
import { pinsLookedUp } from './action-pins.ts';
import type { Policy } from '../policy/policy.ts';
import type { WorkflowFile } from './workflow-file.ts';
import { releaseRunName, workflowNames } from './workflow-file.ts';
import type { WorkflowNeeds } from './workflow-needs.ts';
import type { YamlMap } from './yaml-text.ts';
import { renderYaml } from './yaml-text.ts';

/** The three workflows of GitHub Actions. */
export function githubWorkflows(policy: Policy, needs: WorkflowNeeds): readonly WorkflowFile[] {
  const dialect: ActionsDialect = { system: 'github', actionsFrom: '', tokenVariable: 'GITHUB_TOKEN' };
  return actionsWorkflows('.github/workflows', { dialect, policy, needs });
}

/** The same for Forgejo, which knows no `workflow_run` and no rights of a job's token. */
export function forgejoWorkflows(policy: Policy, needs: WorkflowNeeds): readonly WorkflowFile[] {
  const dialect: ActionsDialect = {
    system: 'forgejo',
    actionsFrom: 'https://data.forgejo.org/',
    tokenVariable: 'FORGEJO_TOKEN',
  };
  return actionsWorkflows('.forgejo/workflows', { dialect, policy, needs });
}

function actionsWorkflows(folder: string, request: StepsRequest): readonly WorkflowFile[] {
  const files: readonly (readonly [string, YamlMap, readonly string[]])[] = [
    [workflowNames.release, releaseWorkflow(request), releaseRemarks(request)],
    [workflowNames.reconcile, reconcileWorkflow(request), reconcileRemarks],
    ...(request.needs.edge ? [['pilot-release.yml', edgeWorkflow(request), edgeRemarks(request)] as const] : []),
  ];
  const pins = `Actions are pinned by commit, looked up on ${pinsLookedUp}.`;
  return files.map(([name, workflow, remarks]) => ({
    path: `${folder}/${name}`,
    text: renderYaml(workflow, [...remarks, pins]),
  }));
}

function releaseRemarks({ dialect, needs }: StepsRequest): readonly string[] {
  return [
    'Publishes the version of a signed tag. A run that was stopped goes on where it stopped when it is started again: by hand',
    'with the name of the tag, or by "Re-run". It moves no alias; that is what reconcile.yml does.',
    ...(needs.matrix.length > 0
      ? [
          'Each platform is built on a machine of its kind, and the job release puts them together. Where one fails nothing is',
          'published; "Re-run failed jobs" builds that one again, and goes on.',
        ]
      : []),
    ...(dialect.system === 'forgejo' && (needs.buildx || needs.trivy)
      ? ['What builds and scans comes with the image of the runner, or by ci.setup in cutwater.yaml.']
      : []),
  ];
}

const reconcileRemarks = [
  'Brings aliases and records in line with what the maintainers signed. Only this workflow moves an alias, one run at a time;',
  'a waiting run that a newer one replaces is no loss, since each does all there is to do.',
];

function edgeRemarks({ needs }: StepsRequest): readonly string[] {
  return [
    'Publishes the newest commit of the protected branch. A waiting run that a newer one replaces builds nothing.',
    ...(needs.matrix.length > 0
      ? [
          'Each platform is built on a machine of its kind, and the job edge puts them together. Where one fails, so does the',
          'run; the next commit is built anew, and "Re-run failed jobs" builds that one again.',
        ]
      : []),
  ];
}

const givenTag = '${{ inputs.tag || github.ref_name }}';

/** A person may write 1.2.3 for v1.2.3; both are one release, which two runs may not make at once. */
const releasedTag =
  "${{ startsWith(inputs.tag || github.ref_name, 'v') && (inputs.tag || github.ref_name) || format('v{0}', inputs.tag) }}";

function releaseWorkflow(request: StepsRequest): YamlMap {
  const { dialect, needs } = request;
  const release: CutwaterCall = {
    title: needs.matrix.length > 0 ? 'Verify, put together, sign and publish' : 'Verify, build, sign and publish',
    shell: 'release --leave-aliases -- "$TAG"',
    env: { TAG: givenTag },
    signs: true,
    secrets: needs.secrets.release,
  };
  // Forgejo can not start a workflow when another one ends, so the job is here as well.
  const afterwards = dialect.system === 'forgejo' ? { reconcile: { needs: 'release', ...reconcileJob(request) } } : {};
  return {
    name: 'release',
    'run-name': releaseRunName(releasedTag),
    on: {
      push: { tags: ['v[0-9]*'] },
      workflow_dispatch: {
        inputs: {
          tag: { description: 'The release tag to go on with, such as v1.2.3', required: true, type: 'string' },
        },
      },
    },
    ...noRights(dialect),
    concurrency: { group: `release-${releasedTag}`, 'cancel-in-progress': false },
    jobs: {
      ...matrixJob(request, { shell: '-- "$TAG"', env: { TAG: givenTag } }),
      release: releaseJob(request, release),
      ...afterwards,
    },
  };
}

function reconcileWorkflow(request: StepsRequest): YamlMap {
  const { dialect, policy } = request;
  return {
    name: 'reconcile',
    on: {
      ...(dialect.system === 'github' ? { workflow_run: { workflows: ['release'], types: ['completed'] } } : {}),
      push: { tags: ['withdrawn/**', 'restored/**', 'checkpoint/**', 'evidence/**'] },
      schedule: [{ cron: policy.ci.schedule }],
      workflow_dispatch: {},
    },
    ...noRights(dialect),
    concurrency: { group: 'cutwater-reconcile', 'cancel-in-progress': false },
    jobs: { reconcile: reconcileJob(request) },
  };
}

function edgeWorkflow(request: StepsRequest): YamlMap {
  const { dialect, policy, needs } = request;
  const env = { COMMIT: '${{ github.sha }}' };
  const commitWords = '--edge --commit "$COMMIT"';
  const edge: CutwaterCall = {
    title: needs.matrix.length > 0 ? 'Put together, sign and publish' : 'Build, sign and publish',
    shell: 'edge --commit "$COMMIT"',
    env,
    signs: true,
    secrets: needs.secrets.edge,
  };
  return {
    name: 'pilot-release',
    on: { push: { branches: [branchFilter(policy.git.branch)] }, workflow_dispatch: {} },
    ...noRights(dialect),
    concurrency: { group: 'cutwater-edge', 'cancel-in-progress': false },
    jobs: { ...matrixJob(request, { shell: commitWords, env }), edge: edgeJob(request, edge) },
  };
}

/** A job for each platform that has a machine of its kind, side by side; one that fails leaves the work of the others. */
function matrixJob(request: StepsRequest, { shell, env }: Pick<CutwaterCall, 'shell' | 'env'>): YamlMap {
  const { needs } = request;
  const { matrix } = needs;
  if (matrix.length === 0) return {};
  const build: CutwaterCall = {
    title: 'Verify, build and sign one platform',
    shell: `build --platform "$PLATFORM" ${shell}`,
    env: { ...env, PLATFORM: '${{ matrix.platform }}' },
    signs: true,
    // No gate runs here, and no mirror is filled.
    secrets: [],
    registries: needs.ownRegistries,
  };
  const head = jobHead(request, { signs: true, needsForge: false, minutes: buildMinutes(request) });
  return {
    build: {
      name: 'build ${{ matrix.platform }}',
      strategy: {
        'fail-fast': false,
        matrix: { include: matrix.map(({ platform, runner }) => ({ platform, runner })) },
      },
      ...head,
      'runs-on': '${{ matrix.runner }}',
      steps: [
        ...openingSteps(request),
        ...buildSteps(request, { scans: false, emulates: [] }),
        cutwaterStep(request, build),
      ],
    },
  };
}

function releaseJob(request: StepsRequest, call: CutwaterCall): YamlMap {
  const { policy } = request;
  const isStarted = policy.binaries.some(({ versionArgs }) => versionArgs !== undefined);
  return {
    ...afterBuilds(request),
    ...jobHead(request, {
      signs: call.signs,
      needsForge: true,
      readsChecks: policy.checks.required.length > 0,
      minutes: buildMinutes(request),
    }),
    steps: [
      ...openingSteps(request),
      // Programs of all platforms may have to be started.
      ...buildSteps(request, { scans: true, emulates: isStarted ? foreignTo(request) : unbuiltIn(request) }),
      cutwaterStep(request, call),
    ],
  };
}

function edgeJob(request: StepsRequest, call: CutwaterCall): YamlMap {
  return {
    ...afterBuilds(request),
    ...jobHead(request, { signs: call.signs, needsForge: false, minutes: buildMinutes(request) }),
    steps: [
      ...openingSteps(request),
      ...buildSteps(request, { scans: false, emulates: unbuiltIn(request) }),
      cutwaterStep(request, call),
    ],
  };
}

function afterBuilds({ needs }: StepsRequest): YamlMap {
  return needs.matrix.length > 0 ? { needs: 'build' } : {};
}

function foreignTo({ needs, policy }: StepsRequest): readonly string[] {
  return needs.emulated(mainArchitecture(policy));
}

/** What the job that publishes has to build under emulation, because no other does. */
function unbuiltIn(request: StepsRequest): readonly string[] {
  return foreignTo(request).filter((name) => request.needs.matrix.every(({ platform }) => platform !== name));
}

function buildMinutes({ policy }: StepsRequest): number {
  return Math.ceil(policy.ci.timeout / 60);
}

function reconcileJob(request: StepsRequest): YamlMap {
  const { announces, secrets } = request.needs;
  const reconcile: CutwaterCall = {
    title: 'Bring aliases and records in line',
    shell: 'reconcile',
    env: {},
    signs: announces,
    secrets: secrets.reconcile,
  };
  return {
    ...jobHead(request, { signs: announces, needsForge: true, announces, minutes: 30 }),
    steps: [...openingSteps(request), cutwaterStep(request, reconcile)],
  };
}

interface JobRights {
  readonly signs: boolean;
  /** Whether it writes releases of the forge. */
  readonly needsForge: boolean;
  readonly announces?: boolean;
  /** Whether it reads the checks that the forge has of a commit. */
  readonly readsChecks?: boolean;
  readonly minutes: number;
}

function jobHead(
  { dialect, policy, needs }: StepsRequest,
  { signs, needsForge, announces = false, readsChecks = false, minutes }: JobRights,
): YamlMap {
  const byToken = signs && needs.signs === 'token';
  if (dialect.system === 'forgejo')
    return {
      'runs-on': policy.ci.runner ?? 'docker',
      ...(byToken ? { 'enable-openid-connect': true } : {}),
      'timeout-minutes': minutes,
    };
  const forge: string = policy.forge.kind;
  return {
    'runs-on': policy.ci.runner ?? 'ubuntu-24.04',
    'timeout-minutes': minutes,
    ...(policy.ci.environment === undefined ? {} : { environment: policy.ci.environment }),
    permissions: {
      contents: needsForge && forge === 'github' ? 'write' : 'read',
      ...(readsChecks && forge === 'github' ? { checks: 'read', statuses: 'read' } : {}),
      ...(needs.registries.includes('ghcr.io') ? { packages: 'write' } : {}),
      ...(announces && needs.discusses ? { discussions: 'write' } : {}),
      ...(byToken ? { 'id-token': 'write' } : {}),
    },
  };
}

/** Each job asks for what it needs. Forgejo gives every job the same rights and knows no such key. */
function noRights({ system }: ActionsDialect): YamlMap {
  return system === 'github' ? { permissions: {} } : {};
}

import type { Policy } from '../policy/policy.ts';
import { command } from '../report/process-document/shell.ts';
import type { ActionPin } from './action-pins.ts';
import { checkoutAction, nodeVersion, setupNodeAction, setupTrivyAction, trivyVersion } from './action-pins.ts';
import { pinnedTrivyLines } from './pinned-trivy.ts';
import { dockerConfig, literal, secret } from './expression.ts';
import { toolOf } from './tool.ts';
import type { WorkflowNeeds } from './workflow-needs.ts';
import { loginNames } from './workflow-needs.ts';
import type { YamlMap } from './yaml-text.ts';
import { commented } from './yaml-text.ts';

/** What differs between the two systems that understand these files. */
export interface ActionsDialect {
  readonly system: 'github' | 'forgejo';
  /** What stands before `owner/name` of an action: nothing, or where Forgejo finds it. */
  readonly actionsFrom: string;
  /** The variable that Cutwater looks for the token of the job in. */
  readonly tokenVariable: 'GITHUB_TOKEN' | 'FORGEJO_TOKEN';
}

/** One command of Cutwater, as the last step of a job. */
export interface CutwaterCall {
  readonly title: string;
  /** The words behind `cutwater`, as shell. What comes from outside stands in a variable, in double quotes. */
  readonly shell: string;
  /** Those variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether it signs as CI. */
  readonly signs: boolean;
  /** Names of secrets, each under the same name for the command. */
  readonly secrets: readonly string[];
  /** Hosts it logs in to; default: all. */
  readonly registries?: readonly string[];
}

export interface StepsRequest {
  readonly dialect: ActionsDialect;
  readonly policy: Policy;
  readonly needs: WorkflowNeeds;
}

/** The clone, Node, and Cutwater itself. */
export function openingSteps({ dialect, policy }: StepsRequest): readonly YamlMap[] {
  const { title, install } = toolOf(policy.ci);
  return [
    {
      name: 'Clone, with the whole history',
      uses: pinned(dialect, checkoutAction),
      // Given a tag, the action would put a lightweight one in the place of a signed one; Cutwater fetches tags by itself.
      with: { ref: literal(policy.git.branch), 'fetch-depth': 0, 'persist-credentials': false },
    },
    {
      name: 'Node',
      uses: pinned(dialect, setupNodeAction),
      with: { 'node-version': nodeVersion, 'package-manager-cache': false },
    },
    { name: title, run: install.length === 1 ? literal(install[0] ?? '') : `${literal(install.join('\n'))}\n` },
  ];
}

export interface JobWork {
  /** Only a release is scanned. */
  readonly scans: boolean;
  /** Platforms that are not the machine's own. */
  readonly emulates: readonly string[];
}

/** What a job that builds, or looks at what was built, needs besides. */
export function buildSteps({ dialect, policy, needs }: StepsRequest, { scans, emulates }: JobWork): readonly YamlMap[] {
  const isGitHub = dialect.system === 'github';
  return [
    ...(isGitHub && emulates.length > 0
      ? [
          {
            name: `Emulation, for ${emulates.join(', ')}`,
            run: 'sudo apt-get update\nsudo apt-get install --yes --no-install-recommends qemu-user-static\n',
          },
        ]
      : []),
    ...(isGitHub && needs.buildx
      ? [{ name: 'BuildKit', run: 'docker buildx create --name cutwater --driver docker-container --use' }]
      : []),
    ...(scans && needs.trivy ? scannerSteps({ dialect, policy }) : []),
    ...policy.ci.setup.map((words, at) => ({
      name: `Preparation ${at + 1}`,
      run: literal(command(words).shell),
    })),
  ];
}

/** Where nothing pins the archive, GitHub has an action for it, and the runners of Forgejo have to bring it. */
function scannerSteps({ dialect, policy }: Pick<StepsRequest, 'dialect' | 'policy'>): readonly YamlMap[] {
  const { trivy } = policy.ci;
  if (trivy !== undefined) {
    const lines = ['folder=$(mktemp -d)', ...pinnedTrivyLines(trivy), 'echo "$folder" >>"$GITHUB_PATH"'];
    return [{ name: 'Scanner, by its digest', shell: 'bash', run: `${lines.join('\n')}\n` }];
  }
  if (dialect.system !== 'github') return [];
  return [
    { name: 'Scanner', uses: pinned(dialect, setupTrivyAction), with: { version: trivyVersion } },
    // That action clones trivy with the token of the job, which its own clone would keep in a file until the job
    // ends: gates and builds could read it there, and push with it.
    { name: 'No token is left in a file', run: leaveNoToken },
  ];
}

/** Where actions/checkout 6 and 7 keep a token. */
const leaveNoToken = 'rm -f -- "$RUNNER_TEMP"/git-credentials-*.config';

/** The step that runs Cutwater. Secrets are only here; the CI key goes through a descriptor, so that nothing keeps it. */
export function cutwaterStep({ dialect, policy, needs }: StepsRequest, call: CutwaterCall): YamlMap {
  const byKey = call.signs && needs.signs === 'key';
  const program = `${toolOf(policy.ci).program} --plain ${call.shell}`;
  const lines = byKey
    ? [`exec 3< <(printf '%s' "$CUTWATER_CI_KEY")`, 'unset CUTWATER_CI_KEY', `exec ${literal(program)}`]
    : [literal(program)];
  return {
    name: call.title,
    shell: 'bash',
    env: {
      ...call.env,
      ...(byKey ? { CUTWATER_CI_KEY: secret('CUTWATER_CI_KEY'), CUTWATER_CI_KEY_FD: '3' } : {}),
      ...Object.fromEntries(call.secrets.map((name) => [name, secret(name)])),
      DOCKER_AUTH_CONFIG: dockerConfig((call.registries ?? needs.registries).map((host) => login(host, needs))),
      [dialect.tokenVariable]: '${{ github.token }}',
      // git asks this where a repository is private; nothing of it is stored in the clone.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'credential.${{ github.server_url }}.helper',
      GIT_CONFIG_VALUE_0: `!f() { test "$1" = get && echo username=x-access-token && echo "password=$${dialect.tokenVariable}"; }; f`,
    },
    run: lines.length === 1 ? lines[0] : `${lines.join('\n')}\n`,
  };
}

/** GitHub's own registry takes the token of the job. */
function login(host: string, { registries }: WorkflowNeeds): Parameters<typeof dockerConfig>[0][number] {
  if (host === 'ghcr.io') return { host, user: 'github.actor', password: 'github.token' };
  const { user, password } = loginNames(host, registries);
  return { host, user: `secrets.${user}`, password: `secrets.${password}` };
}

function pinned({ actionsFrom }: ActionsDialect, { name, commit, version }: ActionPin): YamlMap[string] {
  return commented(`${actionsFrom}${name}@${commit}`, version);
}

import type { PlatformJob } from '../policy/build-matrix.ts';
import { buildMatrix } from '../policy/build-matrix.ts';
import type { Platform } from '../domain/platform.ts';
import { formatPlatform } from '../domain/platform.ts';
import type { AnnouncePolicy } from '../policy/announce-schema.ts';
import type { Policy } from '../policy/policy.ts';

/** What the jobs of a project need, whatever runs them. */
export interface WorkflowNeeds {
  /** Hosts that images are pushed to, the first one first, each once. */
  readonly registries: readonly string[];
  /** Those of the images themselves: what builds one platform fills no mirror. */
  readonly ownRegistries: readonly string[];
  /** `key`: CI signs with a key of its own, a secret. `token`: as a workflow, with an OIDC token. */
  readonly signs: 'key' | 'token' | 'never';
  /** Whether `reconcile` signs too: it records what it announced. */
  readonly announces: boolean;
  /** Whether one of the channels is GitHub Discussions, which takes the token of the job. */
  readonly discusses: boolean;
  /** Secrets by the names of the environment variables that the commands read. */
  readonly secrets: Readonly<Record<'release' | 'reconcile' | 'edge', readonly string[]>>;
  /** Whether docker's buildx is to be set up. */
  readonly buildx: boolean;
  /** Jobs that build one platform each before the release is published; none where one job builds all. */
  readonly matrix: readonly PlatformJob[];
  /** Platforms of a Dockerfile that a machine of this architecture has to emulate. */
  emulated(architecture: 'amd64' | 'arm64'): readonly string[];
  /** Whether trivy itself looks at the image: scans it, or lists what is in it. */
  readonly trivy: boolean;
  /** Whether builds of the default branch are published. */
  readonly edge: boolean;
}

export function needsOf(policy: Policy): WorkflowNeeds {
  const { images } = policy;
  const dockerfiles = images.filter(({ build }) => build.kind === 'dockerfile');
  const automatic = policy.announce.filter(({ auto }) => auto);
  const gateVariables = (isEdge: boolean): readonly string[] =>
    policy.gates.flatMap(({ env, classes }) =>
      classes.some((one) => (one === 'edge') === isEdge) ? env.filter((name) => !isOfTheRunner(name)) : [],
    );
  return {
    registries: [...new Set(images.flatMap(({ name, mirrors }) => [name, ...mirrors]).map(({ registry }) => registry))],
    ownRegistries: [...new Set(images.map(({ name }) => name.registry))],
    signs: signsBy(policy),
    announces: automatic.length > 0,
    discusses: automatic.some(({ kind }) => kind === 'discussions'),
    secrets: {
      release: [...new Set(gateVariables(false))],
      reconcile: [...new Set(automatic.flatMap(variableOf).filter((name) => !isOfTheRunner(name)))],
      edge: [...new Set(gateVariables(true))],
    },
    buildx: images.some(({ build }) => build.kind === 'dockerfile' && build.builder !== 'buildah'),
    matrix: buildMatrix(policy),
    emulated: (architecture) => [
      ...new Set(dockerfiles.flatMap(({ platforms }) => foreignTo(platforms, architecture))),
    ],
    trivy: policy.scan?.tool === 'trivy' || policy.sbom.also.some(({ tool }) => tool === 'trivy'),
    edge: policy.channels.edge || policy.channels.nightly,
  };
}

/** The variable with which a channel is reached. */
function variableOf(channel: AnnouncePolicy): readonly string[] {
  switch (channel.kind) {
    case 'file':
    case 'atom':
      return [];
    case 'webhook':
    case 'discord':
    case 'slack':
      return [channel.urlVariable];
    case 'mastodon':
    case 'discussions':
      return [channel.tokenVariable];
  }
}

function signsBy({ trust: { ci } }: Policy): WorkflowNeeds['signs'] {
  if (ci.length === 0) return 'never';
  return ci.some(({ kind }) => kind === 'keyless') ? 'token' : 'key';
}

/** Machines of both kinds run the 32-bit programs of theirs too. */
function foreignTo(platforms: readonly Platform[], architecture: 'amd64' | 'arm64'): readonly string[] {
  const own = architecture === 'amd64' ? ['amd64', '386'] : ['arm64'];
  return platforms.filter((platform) => !own.includes(platform.architecture)).map(formatPlatform);
}

/** Variables that the systems set by themselves, and that no secret may be named like. */
function isOfTheRunner(name: string): boolean {
  return /^(?:(?:GITHUB|RUNNER|ACTIONS|FORGEJO|GITEA)_|CI$)/i.test(name);
}

/**
 * The names of the two secrets with the login of a registry: `REGISTRY_QUAY_IO_USER`. Different hosts get different names.
 */
export function loginNames(host: string, all: readonly string[]): { readonly user: string; readonly password: string } {
  const plain = (text: string): string => text.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
  const same = all.filter((other) => plain(other) === plain(host));
  const number = same.indexOf(host) + 1;
  const name = `REGISTRY_${plain(host)}${number > 1 ? `__N${number}` : ''}`;
  return { user: `${name}_USER`, password: `${name}_PASSWORD` };
}

/** All secrets that jobs need where the system itself logs in nowhere, each once. */
export function secretNames({ signs, registries, secrets }: WorkflowNeeds): readonly string[] {
  const logins = registries.flatMap((host) => Object.values(loginNames(host, registries)));
  return [...new Set([...(signs === 'key' ? ['CUTWATER_CI_KEY'] : []), ...logins, ...Object.values(secrets).flat()])];
}

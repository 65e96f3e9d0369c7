/** How a registry differs from the specification in ways that cannot be found out by asking, or only at a high price. */
export interface Quirks {
  /** `fallback`: there is no referrers API, and asking for it does harm. */
  readonly referrers: 'ask' | 'fallback';
  /** Whether blobs of another repository can be mounted. */
  readonly mount: boolean;
  /** Whether an upload may go on where the registry says it stopped, or in pieces. */
  readonly chunked: boolean;
  /** The largest piece of an upload in bytes; undefined where none is known. */
  readonly maxPatch: number | undefined;
  /** Whether an upload can be cancelled. */
  readonly cancel: boolean;
  /** `library`: names without a slash live below `library/`. */
  readonly names: 'plain' | 'library';
  /** Where the API is, when not at the host in image names. */
  readonly apiHost: string | undefined;
  /** Other names under which credentials are kept. */
  readonly credentialHosts: readonly string[];
}

interface QuirkRow {
  /** Host names as they stand in image names; `*` stands for one or more characters. */
  readonly hosts: readonly string[];
  readonly differs: Partial<Quirks>;
  /** Public reports of the behaviour. */
  readonly see: readonly string[];
}

const standard: Quirks = {
  referrers: 'ask',
  mount: true,
  chunked: true,
  maxPatch: undefined,
  cancel: true,
  names: 'plain',
  apiHost: undefined,
  credentialHosts: [],
};

/**
 * What is known of registries. Behaviour that shows itself in an answer (redirects, rate limits in messages, tags taken
 * for digests) is recognised there for every host and needs no row.
 */
const table: readonly QuirkRow[] = [
  {
    // Asking for referrers leads to web pages with a strict rate limit; pieces above 4 MiB are 416; cancelling is 405.
    hosts: ['ghcr.io'],
    differs: { referrers: 'fallback', maxPatch: 4 * 1024 * 1024, cancel: false },
    see: [
      'https://github.com/artifacthub/hub/issues/4785',
      'https://github.com/oras-project/rust-oci-client/issues/35',
      'https://github.com/actions/attest-build-provenance/issues/71',
    ],
  },
  {
    // The Range it reports for an upload is stale: going on there would leave a hole.
    hosts: ['*.dkr.ecr.*.amazonaws.com', '*.dkr.ecr.*.amazonaws.com.cn', 'public.ecr.aws'],
    differs: { chunked: false },
    see: ['https://github.com/aws/containers-roadmap/issues/2831'],
  },
  {
    // Takes a blob in one PUT only.
    hosts: ['*.pkg.dev', 'gcr.io', '*.gcr.io'],
    differs: { chunked: false },
    see: [
      'https://github.com/containers/skopeo/issues/1101',
      'https://github.com/dotnet/sdk-container-builds/pull/287',
    ],
  },
  {
    // Has no referrers API, and takes the fallback tag for the digest.
    hosts: ['registry.gitlab.com'],
    differs: { referrers: 'fallback' },
    see: ['https://github.com/oras-project/oras-go/issues/1396'],
  },
  {
    // Answers each mount with a new upload.
    hosts: ['*.jfrog.io'],
    differs: { mount: false },
    see: ['https://github.com/bazel-contrib/rules_img/blob/main/docs/registry-support.md'],
  },
  {
    hosts: ['docker.io', 'index.docker.io', 'registry-1.docker.io'],
    differs: {
      names: 'library',
      apiHost: 'registry-1.docker.io',
      credentialHosts: ['https://index.docker.io/v1/', 'docker.io', 'index.docker.io', 'registry-1.docker.io'],
    },
    see: ['https://github.com/sylabs/singularity/issues/2778'],
  },
];

/** What is special about a registry, by the host in its image names. */
export function quirksOf(registry: string): Quirks {
  const host = registry.toLowerCase().replace(/:443$/, '');
  const row = table.find(({ hosts }) => hosts.some((pattern) => matches(pattern, host)));
  return { ...standard, ...row?.differs };
}

function matches(pattern: string, host: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll('.', '\\.'));
  return new RegExp(`^${parts.join('.+')}$`).test(host);
}

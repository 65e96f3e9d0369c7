/** What the files of one layer may import besides files of the same layer. */
export interface LayerRule {
  /** Folder below src/; the deepest one that holds a file counts. */
  readonly layer: string;
  readonly layers: readonly string[];
  readonly node: 'any' | readonly string[];
  readonly npm: 'any' | readonly string[];
}

const belowCli: readonly string[] = [
  'domain',
  'policy',
  'documents',
  'estate',
  'plan',
  'report',
  'ci',
  'ports',
  'engine',
  'site',
];

/** The table of docs/architecture.md: imports only point down. */
export const layerRules: readonly LayerRule[] = [
  { layer: 'domain', layers: [], node: [], npm: [] },
  { layer: 'policy', layers: ['domain'], node: [], npm: ['zod', 'yaml'] },
  { layer: 'documents', layers: ['domain', 'policy'], node: [], npm: [] },
  { layer: 'estate', layers: ['domain', 'policy'], node: [], npm: [] },
  { layer: 'plan', layers: ['domain', 'policy', 'estate'], node: [], npm: [] },
  { layer: 'report', layers: ['domain', 'policy', 'documents', 'estate', 'plan'], node: [], npm: [] },
  { layer: 'ci', layers: ['domain', 'policy', 'report'], node: [], npm: ['yaml'] },
  { layer: 'ports', layers: ['domain', 'policy'], node: [], npm: [] },
  {
    layer: 'engine',
    layers: ['domain', 'policy', 'documents', 'estate', 'plan', 'report', 'ci', 'ports'],
    node: 'any',
    npm: [],
  },
  { layer: 'site', layers: ['domain', 'policy', 'estate', 'report'], node: [], npm: [] },
  { layer: 'adapters', layers: ['domain', 'policy', 'ports'], node: 'any', npm: 'any' },
  { layer: 'registry-server', layers: ['domain', 'adapters/files'], node: 'any', npm: [] },
  { layer: 'cli', layers: belowCli, node: 'any', npm: ['commander'] },
  // A rehearsal plays the person at the keyboard, who runs git and gpg.
  { layer: 'cli/rehearsal', layers: ['cli', ...belowCli, 'adapters/process'], node: 'any', npm: [] },
];

/** Imports of single files that their layer forbids: `file -> what`, each with its reason in docs/architecture.md. */
export const layerExceptions: ReadonlyMap<string, readonly string[]> = new Map([
  ['src/domain/digest.ts', ['node:crypto']],
  ['src/domain/version.ts', ['semver/functions/compare.js']],
]);

/** The only files that build adapters: `compose.ts`, `compose-files.ts`, ... */
export const composer = /^src\/cli\/compose(?:-[a-z]+)?\.ts$/;

/** Adapters every adapter may use. */
export const openAdapters: readonly string[] = ['process', 'files'];

/** Pairs of adapters of which the first may import the second. */
export const adapterPairs: readonly (readonly [string, string])[] = [
  ['git-cli', 'gpg'],
  // GitLab gives OpenPGP keys as blocks.
  ['gitlab', 'gpg'],
  ['tag-verifier', 'gpg'],
  ['tag-verifier', 'ssh-signature'],
  ['buildah', 'oci-layout'],
  // What programs that look at an image have in common.
  ['image-tool', 'oci-layout'],
  ...(['syft', 'trivy', 'grype', 'osv-scanner'] as const).map((tool) => [tool, 'image-tool'] as const),
  // An archive of an image is a tar like its layers.
  ['osv-scanner', 'assemble'],
  ['recorded-scan', 'trivy'],
  ['oidc-token', 'oci-http'],
  ['commit-build', 'oci-layout'],
  // The HTTP layer is one; a webhook and a forge are more hosts it speaks to.
  ['announce', 'oci-http'],
  ['forge-http', 'oci-http'],
  ...(['github', 'gitea', 'gitlab'] as const).flatMap((forge) => [
    [forge, 'forge-http'] as const,
    [forge, 'oci-http'] as const,
  ]),
];

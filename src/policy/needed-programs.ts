import type { Policy } from './policy.ts';

/** A program that a release needs on the machine that makes it. */
export interface NeededProgram {
  /** Names on the PATH, any of which does. */
  readonly oneOf: readonly string[];
  /** Which line of the policy wants it: `scan.tool`. */
  readonly wantedBy: string;
}

/** What looks at the image once it is built, for every release. */
export function inspectingPrograms({ scan, sbom }: Pick<Policy, 'scan' | 'sbom'>): readonly NeededProgram[] {
  return [
    ...(scan === undefined || scan.tool === 'recorded' ? [] : [{ oneOf: [scan.tool], wantedBy: 'scan.tool' }]),
    ...sbom.also.map(({ tool }) => ({ oneOf: [tool], wantedBy: 'sbom.also' })),
  ];
}

/** What builds Dockerfiles. Whether it works shows when it is asked to. */
export function buildingPrograms({ images }: Pick<Policy, 'images'>): readonly NeededProgram[] {
  const builders = new Set(images.flatMap(({ build }) => (build.kind === 'dockerfile' ? [build.builder] : [])));
  return [...builders].map((builder) => ({ oneOf: programsOfBuilder[builder], wantedBy: `build.builder ${builder}` }));
}

const programsOfBuilder = {
  auto: ['docker', 'buildx', 'buildah'],
  buildx: ['docker', 'buildx'],
  buildah: ['buildah'],
} as const;

/** What judges signatures. Those of SSH need none. */
export function judgingPrograms({ signatures }: Pick<Policy, 'signatures'>): readonly NeededProgram[] {
  return signatures.formats.includes('openpgp')
    ? [{ oneOf: ['gpgv', 'gpg'], wantedBy: 'signatures.formats openpgp' }]
    : [];
}

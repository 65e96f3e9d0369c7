import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { imageTag } from '../../domain/image-name.ts';
import type { Manifest } from '../../domain/oci.ts';
import { parseIndex } from '../../domain/oci-manifest.ts';
import type { Step } from '../../plan/step.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import type { Report } from '../event.ts';
import type { JointStep } from '../run-together.ts';
import { runTogether } from '../run-together.ts';

/** A step that is ready to be done: its image is built. `from` is what the judgement was made on. */
export type AliasStep = Extract<Step, { kind: 'alias' | 'channel' }> & { readonly digest: Digest };

/** What came of moving an alias: it is there, or someone changed it meanwhile and it must be judged anew. */
export type AliasOutcome = 'moved' | 'changed-meanwhile';

/** The steps, of aliases and other channels, that one request can do: the same image, in place of the same one. */
export function aliasGroups(steps: readonly Step[]): readonly (readonly AliasStep[])[] {
  const groups = new Map<string, AliasStep[]>();
  for (const step of steps) {
    if ((step.kind !== 'alias' && step.kind !== 'channel') || step.digest === undefined) continue;
    const key = `${step.image ?? ''} ${step.digest} ${step.from ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), { ...step, digest: step.digest }]);
  }
  return [...groups.values()];
}

/**
 * Points the aliases or channels of one group at their digest. Before a move the children of the index are looked for, so that an
 * alias never leads to an image whose platforms a clean-up has deleted. That an alias was changed by another run in
 * between is a value: the caller reads everything again.
 */
export async function moveAliases(
  repository: ImageRepository,
  group: readonly AliasStep[],
  run: { readonly report: Report; readonly signal: AbortSignal },
): Promise<readonly AliasOutcome[]> {
  const [leader] = group;
  if (leader === undefined) return [];
  // While the aliases are looked at: a registry far away is waited for once less. Nobody minds where nothing is moved.
  const whole = requireWhole(repository, leader);
  whole.catch(() => undefined);
  const tried = new Set<Step>();
  const joints = group.map((step): AliasJoint => ({
    step,
    observe: async () => {
      const found = (await repository.resolve(nameOf(step)))?.digest;
      if (found === step.digest) return { is: 'present', evidence: 'moved' };
      if (found !== step.from || tried.has(step)) return { is: 'present', evidence: 'changed-meanwhile' };
      return { is: 'absent' };
    },
  }));
  const apply = async (absent: readonly AliasJoint[]): Promise<void> => {
    const [first] = absent;
    if (first === undefined) return;
    const manifest = await whole;
    for (const { step } of absent) tried.add(step);
    const tags = absent.map(({ step }) => nameOf(step));
    await repository.writeTags(manifest, tags, first.step.from ?? null);
  };
  return runTogether<AliasJoint, AliasOutcome>(joints, apply, run);
}

interface AliasJoint extends JointStep<AliasOutcome> {
  readonly step: AliasStep;
}

function nameOf(step: AliasStep): ImageTag {
  return imageTag(step.kind === 'alias' ? step.alias : step.channel);
}

async function requireWhole(repository: ImageRepository, step: AliasStep): Promise<Manifest> {
  const { digest } = step;
  const manifest = await repository.readManifest(digest);
  if (manifest === undefined)
    throw new CutwaterError('NOT_PUBLISHED', `Cannot point ${nameOf(step)} at ${digest}: it is not in the registry`);
  const index = parseIndex(manifest);
  if (index.is === 'refused') return manifest;
  const children = await Promise.all(
    index.value.manifests.map(async (child) => ({ child, found: await repository.resolve(child.digest) })),
  );
  const lost = children.find(({ found }) => found === undefined)?.child;
  if (lost !== undefined)
    throw new CutwaterError(
      'PLATFORM_LOST',
      `Cannot point ${nameOf(step)} at ${digest}: its image ${lost.digest} is gone from the registry`,
      { hint: 'Restore it from a mirror or release a new patch version; check what deletes untagged images' },
    );
  return manifest;
}

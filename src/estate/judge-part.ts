import type { PartRecord } from '../domain/part-record.ts';

/** The part that there is a use for: everything but what it is made of, and who made it. */
export type WantedPart = Omit<PartRecord, 'schema' | 'manifest' | 'builder'>;

/**
 * Why a part that CI signed is not the one that is wanted, both sides said; undefined where it is. One of another release tag,
 * image or platform is well signed too, and whoever may push can put it under any name.
 */
export function faultInPart(found: PartRecord, wanted: WantedPart): string | undefined {
  const sides = [
    ['project', found.project, wanted.project],
    ['image', found.image, wanted.image],
    ['platform', found.platform, wanted.platform],
    ['index', found.index, wanted.index],
    ['tag', found.tag?.name, wanted.tag?.name],
    ['tag object', found.tag?.object, wanted.tag?.object],
    ['branch', found.branch?.name, wanted.branch?.name],
    ['commit', found.commit, wanted.commit],
    ['policy', found.policy, wanted.policy],
  ] as const;
  const other = sides.find(([, one, two]) => one !== two);
  return other && `CI signed it for ${other[0]} ${other[1] ?? 'none'}, ${other[2] ?? 'none'} is wanted`;
}

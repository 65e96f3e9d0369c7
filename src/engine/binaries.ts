import type { Digest } from '../domain/digest.ts';
import { elfHeadBytes, readElf } from '../domain/elf.ts';
import { CutwaterError } from '../domain/error.ts';
import { formatPlatform, machineOf } from '../domain/platform.ts';
import type { Platform } from '../domain/platform.ts';
import { quote } from '../domain/quote.ts';
import type { ReleasedBinary } from '../domain/release-statement.ts';
import { fillPlaceholders } from '../policy/placeholder.ts';
import type { BinaryPolicy, Policy } from '../policy/policy.ts';
import type { ReleaseWorld } from './world.ts';

export interface PlatformImage {
  readonly platform: Platform;
  /** The platform's manifest. */
  readonly digest: Digest;
}

/** Every declared binary of every platform, taken out of the very images that are published, and checked. */
export async function extractBinaries(
  world: ReleaseWorld,
  policy: Policy,
  images: readonly PlatformImage[],
): Promise<readonly ReleasedBinary[]> {
  const binaries: ReleasedBinary[] = [];
  for (const binary of policy.binaries)
    for (const image of images) binaries.push(await extractBinary(world, binary, image));
  return binaries;
}

async function extractBinary(world: ReleaseWorld, binary: BinaryPolicy, image: PlatformImage): Promise<ReleasedBinary> {
  const path = fillPlaceholders(binary.path, image.platform);
  const platform = formatPlatform(image.platform);
  const file = await world.imageFiles.extract(world.repository, image.digest, path);
  if (file === undefined)
    throw new CutwaterError(
      'BUILD_FAILED',
      `Cannot take ${quote(path)} out of the ${platform} image: there is no such file`,
      {
        hint: 'Mend binaries.path in cutwater.yaml, or the build',
      },
    );
  const start = await world.workspace.readStart(file.file, elfHeadBytes);
  const found = judgeBinary(start, { isStatic: binary.static, platform: image.platform });
  if (found !== undefined)
    throw new CutwaterError('BUILD_FAILED', `Cannot release ${quote(path)} of the ${platform} image: it ${found}`);
  const name = fillPlaceholders(binary.name, image.platform);
  return { name, platform, path, digest: file.digest, size: file.size };
}

/** Why a file may not be released as a program for a platform; undefined where it may. `start` are its first bytes. */
export function judgeBinary(
  start: Uint8Array,
  wanted: { readonly isStatic: boolean; readonly platform: Platform },
): string | undefined {
  const elf = readElf(start);
  if (elf.is === 'refused') return elf.reason;
  const machine = machineOf(wanted.platform);
  if (elf.value.machine !== machine) return `is for ${elf.value.machine}, ${machine} is wanted`;
  if (elf.value.kind !== 'executable' && elf.value.kind !== 'shared') return 'is no program';
  if (wanted.isStatic && !elf.value.static) return 'is linked dynamically, the policy says it is static';
  return undefined;
}

import type { Digest } from '../../domain/digest.ts';
import type { Elf } from '../../domain/elf.ts';
import { isStatic } from '../../domain/elf.ts';
import { CutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { formatPlatform, machineOf } from '../../domain/platform.ts';
import type { Platform } from '../../domain/platform.ts';
import { quote } from '../../domain/quote.ts';
import type { ReleasedBinary } from '../../domain/release-statement.ts';
import { fillPlaceholders } from '../../policy/placeholder.ts';
import type { BinaryPolicy } from '../../policy/policy.ts';
import type { Version } from '../../domain/version.ts';
import type { Workspace } from '../../ports/workspace.ts';
import { startBinary } from './start-binary.ts';
import { readProgram } from './read-program.ts';
import type { ReleaseWorld } from '../world.ts';

export interface PlatformImage {
  readonly platform: Platform;
  /** The platform's manifest. */
  readonly digest: Digest;
}

/**
 * Every declared binary of an image, of every platform, taken out of the very bytes that are published, and checked. The
 * world is as it looks from that image. Without a version programs are not started.
 */
export async function extractBinaries(
  world: ReleaseWorld,
  wanted: readonly BinaryPolicy[],
  { images, version }: { readonly images: readonly PlatformImage[]; readonly version: Version | undefined },
): Promise<readonly ReleasedBinary[]> {
  const binaries: ReleasedBinary[] = [];
  for (const binary of wanted)
    for (const image of images) binaries.push(await extractBinary(world, { binary, image, version }));
  return binaries;
}

interface Wanted {
  readonly binary: BinaryPolicy;
  readonly image: PlatformImage;
  readonly version: Version | undefined;
}

async function extractBinary(world: ReleaseWorld, { binary, image, version }: Wanted): Promise<ReleasedBinary> {
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
  const found = await faultInProgram(world.workspace, file.file, { isStatic: binary.static, platform: image.platform });
  if (found !== undefined)
    throw new CutwaterError('BUILD_FAILED', `Cannot release ${quote(path)} of the ${platform} image: it ${found}`);
  const name = fillPlaceholders(binary.name, image.platform);
  if (binary.versionArgs !== undefined && version !== undefined) {
    const { is, says } = await startBinary(world, file.file, { args: binary.versionArgs, version });
    if (is === 'wrong') throw new CutwaterError('BUILD_FAILED', `Cannot release ${quote(name)}: it ${says}`);
    world.report({ type: 'note', level: 'info', text: `${name} ${says}` });
  }
  const from = binary.image === undefined ? {} : { image: formatImageName(binary.image) };
  return { name, ...from, platform, path, digest: file.digest, size: file.size };
}

interface WantedProgram {
  readonly isStatic: boolean;
  readonly platform: Platform;
}

async function faultInProgram(workspace: Workspace, file: string, wanted: WantedProgram): Promise<string | undefined> {
  const elf = await readProgram(workspace, file);
  if (elf.is === 'refused') return elf.reason;
  const { dynamic } = elf.value;
  const section = dynamic === undefined ? new Uint8Array() : await workspace.readPart(file, dynamic);
  return judgeBinary({ elf: elf.value, section }, wanted);
}

/** Why a file may not be released as a program for a platform; undefined where it may. */
export function judgeBinary(
  { elf, section }: { readonly elf: Elf; readonly section: Uint8Array },
  wanted: WantedProgram,
): string | undefined {
  const machine = machineOf(wanted.platform);
  if (elf.machine !== machine) return `is for ${elf.machine}, ${machine} is wanted`;
  if (elf.kind !== 'executable' && elf.kind !== 'shared') return 'is no program';
  if (!wanted.isStatic) return undefined;
  const found = isStatic(elf, section);
  if (found.is === 'refused') return found.reason;
  return found.value ? undefined : 'is linked dynamically, the policy says it is static';
}

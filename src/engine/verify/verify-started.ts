import { parsePlatform } from '../../domain/platform.ts';
import type { ReleasedBinary, ReleasePredicate } from '../../domain/release-statement.ts';
import { readVersion } from '../../domain/version.ts';
import { fillPlaceholders } from '../../policy/placeholder.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';
import { readBinary } from '../facts/read-binary.ts';
import { startBinary } from '../release/start-binary.ts';
import type { VerifyWorld } from '../world.ts';
import { guarded } from './guarded-check.ts';

/**
 * Starts every released program that the policy says how to ask for its version. Only bytes that the signed statement names
 * are started: whoever asks for this trusts whoever signed it.
 */
export async function checkStarted(
  world: StartWorld,
  policy: StartPolicy,
  release: StartedRelease,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const binary of release.binaries) {
    const args = argsOf(policy, binary);
    if (args === undefined) continue;
    const name = `start ${binary.name}`;
    checks.push(await guarded(name, () => checkOne(world, { name, release, binary, args })));
  }
  // Who asked for it must not take silence for an answer.
  return checks.length > 0 ? checks : [{ name: 'start', is: 'warning', says: nothingToStart }];
}

export type StartWorld = Pick<
  VerifyWorld,
  'repository' | 'mirrors' | 'companions' | 'imageFiles' | 'workspace' | 'programs'
>;
export type StartedRelease = Pick<ReleasePredicate, 'version' | 'image' | 'companions' | 'binaries'>;
export interface StartPolicy {
  readonly binaries: readonly Pick<Policy['binaries'][number], 'name' | 'versionArgs'>[];
}

interface Started {
  readonly name: string;
  readonly release: StartedRelease;
  readonly binary: ReleasedBinary;
  readonly args: readonly string[];
}

async function checkOne(world: StartWorld, { name, release, binary, args }: Started): Promise<Check> {
  const file = await readBinary(world, release, binary);
  if (file?.digest !== binary.digest)
    return failed(name, 'it was not started: the image does not have the released bytes');
  const { is, says } = await startBinary(world, file.file, { args, version: readVersion(release.version) });
  if (is === 'right') return passed(name, `it ${says}`);
  if (is === 'wrong') return failed(name, `it ${says}`);
  return { name, is: 'unchecked', says: `it ${says}`, because: 'no-answer', next: nextStep };
}

function argsOf({ binaries }: StartPolicy, { name, platform }: ReleasedBinary): readonly string[] | undefined {
  const parsed = parsePlatform(platform);
  if (parsed.is === 'refused') return undefined;
  return binaries.find((one) => fillPlaceholders(one.name, parsed.value) === name)?.versionArgs;
}

const nothingToStart = 'no program was started: no binary of this release has versionArgs in the policy';

const nextStep =
  'Verify on a machine of that kind, or install qemu-user; programs that are not static are left to the gates';

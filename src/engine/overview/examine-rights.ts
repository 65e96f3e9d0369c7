import { isCutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ImageName } from '../../domain/image-name.ts';
import type { WriteProbe } from '../../ports/write-probe.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';
import type { CiIdentity } from './ci-identity.ts';

export interface ProbedRegistry {
  readonly name: ImageName;
  readonly probe: WriteProbe;
}

/** Whether images could be pushed from here. A machine that can not sign as CI need not be able to. */
export async function examineRights(
  registries: readonly ProbedRegistry[],
  ciIdentity: CiIdentity,
): Promise<readonly Check[]> {
  return Promise.all(registries.map((registry) => examineRegistry(registry, ciIdentity)));
}

async function examineRegistry({ name: image, probe }: ProbedRegistry, ciIdentity: CiIdentity): Promise<Check> {
  const [name, shown] = ['rights on the registry', formatImageName(image)];
  try {
    await probe.tryWriting();
    return passed(name, `${shown} takes uploads from here; one was begun and cancelled`);
  } catch (error) {
    if (!isCutwaterError(error) || error.code === 'INTERRUPTED') throw error;
    const isRefusal = error.code === 'UNAUTHENTICATED' || error.code === 'FORBIDDEN';
    if (!isRefusal) return { name, is: 'unchecked', because: 'no-answer', says: error.message, next: error.hint };
    if (ciIdentity !== 'none') return failed(name, `${error.message}; ${error.hint}`);
    const says = `${shown} takes no uploads from here, which CI needs and a maintainer does not; ${error.hint}`;
    return { name, is: 'warning', says };
  }
}

import { parseAssetName } from '../../domain/asset-name.ts';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { AnnouncedAsset } from '../../ports/forge.ts';
import { hashBytes } from './hash-bytes.ts';

/** Throws INPUT_INVALID for a name that could be more than a name in an address. */
export function requireAssetName(name: string): void {
  if (parseAssetName(name).is === 'refused')
    throw new CutwaterError('INPUT_INVALID', `Cannot upload ${quote(name)}: it is no name for a file`, {
      hint: 'Mend the name in the policy, under binaries',
    });
}

/** Throws ASSET_CONFLICT where what stands under the name has other bytes. `subject` completes "Cannot add ...". */
export async function requireSameBytes(
  wanted: Pick<AnnouncedAsset, 'digest'>,
  there: AsyncIterable<Uint8Array>,
  subject: string,
): Promise<void> {
  const digest = await hashBytes(there);
  if (digest === wanted.digest) return;
  throw new CutwaterError('ASSET_CONFLICT', `Cannot add ${subject}: it is ${digest} there, ${wanted.digest} is wanted`);
}

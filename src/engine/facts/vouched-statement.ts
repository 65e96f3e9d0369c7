import type { Digest } from '../../domain/digest.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import { decodeJson, isObject } from '../../report/documents/json-check.ts';
import { parseReleaseStatement } from '../../report/documents/parse-release-statement.ts';
import type { ReadWorld } from '../world.ts';
import { documentLimit, readArtifact } from './read-artifact.ts';

/**
 * What the statement says that a checkpoint names by digest. Maintainers signed the digest, so it counts whatever has become
 * of the CI key. Undefined where it is gone, or speaks of another version or image.
 */
export async function readVouchedStatement(
  { repository }: Pick<ReadWorld, 'repository'>,
  vouched: { readonly version: Version; readonly digest: Digest; readonly statement: Digest },
): Promise<ReleasePredicate | undefined> {
  const artifact = await readArtifact(repository, vouched.statement);
  if (artifact?.is !== 'ok') return undefined;
  const bundle = decodeJson(artifact.value.content, documentLimit);
  const envelope = bundle.is === 'ok' && isObject(bundle.value) ? bundle.value['dsseEnvelope'] : undefined;
  const payload = isObject(envelope) ? envelope['payload'] : undefined;
  if (typeof payload !== 'string') return undefined;
  const statement = parseReleaseStatement(new Uint8Array(Buffer.from(payload, 'base64')));
  if (statement.is === 'refused') return undefined;
  const { predicate } = statement.value;
  const isOwn = predicate.version === formatVersion(vouched.version) && predicate.image.index === vouched.digest;
  return isOwn ? predicate : undefined;
}

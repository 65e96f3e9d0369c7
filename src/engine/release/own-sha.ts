import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ImageName } from '../../domain/image-name.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { ShaJudgement } from '../../estate/judge-sha.ts';
import { judgeSha } from '../../estate/judge-sha.ts';
import { shaTag } from '../../estate/registry-tags.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ImageOrigins } from './image-origins.ts';

/** Whose `sha-` tag is asked for. */
export interface ShaQuestion {
  readonly loaded: LoadedPolicy;
  readonly commit: ObjectId;
  readonly origins: ImageOrigins;
  /** The name of the image where it is a companion. */
  readonly companion?: ImageName;
}

/** Throws DIGEST_CONFLICT where the `sha-` tag of a commit holds a build of another one. */
export async function requireOwnSha(question: ShaQuestion): Promise<ShaJudgement> {
  const { commit, loaded, origins } = question;
  const held = judgeSha(commit, await origins.at(shaTag(commit, loaded.policy.channels.sha)));
  if (held.is === 'taken') throw shaTaken(question, held);
  return held;
}

export function shaTaken(
  { commit, companion, loaded }: Omit<ShaQuestion, 'origins'>,
  held: { readonly digest: Digest; readonly by: ObjectId },
): CutwaterError {
  const form = loaded.policy.channels.sha;
  const tag = shaTag(commit, form);
  return new CutwaterError(
    'DIGEST_CONFLICT',
    `Cannot publish ${companion === undefined ? '' : `${formatImageName(companion)}:`}${tag}: it is ${held.digest} already, built from commit ${held.by}; one of commit ${commit} is wanted`,
    {
      hint:
        form === 'short' && tag === shaTag(held.by, form)
          ? 'Both commits begin with the same digits: set channels.sha to full'
          : 'Someone moved the tag; find out who, and point it back at a build of its commit, or remove it',
    },
  );
}

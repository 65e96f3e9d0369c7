import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import { readList, requiredObject, requiredText } from '../forge-http/forge-json.ts';
import type { GiteaApi } from './gitea-api.ts';

/**
 * Looks whether the tag on the forge is the verified one: publishing a release makes a missing tag, on the head of the
 * default branch. TAG_MISSING, TAG_MOVED.
 */
export async function requireGiteaTag(api: GiteaApi, tag: string, object: ObjectId): Promise<void> {
  const what = `publish release ${quote(tag)}`;
  const url = api.url(`git/refs/tags/${encodeURIComponent(tag)}`);
  const reply = await api.session.send({ what, method: 'GET', url, returned: [404] });
  // What begins with the same letters is in the list too.
  const refs = reply.status === 404 ? [] : readList(what, reply);
  const ref = refs.find((one) => one['ref'] === `refs/tags/${tag}`);
  if (ref === undefined)
    throw new CutwaterError('TAG_MISSING', `Cannot ${what}: ${api.label} has no such tag`, {
      hint: `Push it: 'git push origin ${tag}'`,
    });
  const found = requiredText(what, requiredObject(what, ref, 'object'), 'sha');
  if (found === object) return;
  throw new CutwaterError(
    'TAG_MOVED',
    `Cannot ${what}: the tag is object ${quote(found)} on ${api.label}, ${object} was verified`,
  );
}

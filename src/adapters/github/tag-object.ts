import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import { readObject, requiredObject, requiredText } from '../forge-http/forge-json.ts';
import type { GithubApi } from './github-api.ts';

/**
 * Looks whether the tag on GitHub is the verified one: publishing a release makes a missing tag, on whatever commit
 * GitHub takes. TAG_MISSING, TAG_MOVED.
 */
export async function requireTagObject(api: GithubApi, tag: string, object: ObjectId): Promise<void> {
  const what = `publish release ${quote(tag)}`;
  const url = api.url(`git/ref/tags/${encodeURIComponent(tag)}`);
  const reply = await api.session.send({ what, method: 'GET', url, returned: [404] });
  if (reply.status === 404)
    throw new CutwaterError('TAG_MISSING', `Cannot ${what}: github ${api.place.label} has no such tag`, {
      hint: `Push it: 'git push origin ${tag}'`,
    });
  const found = requiredText(what, requiredObject(what, readObject(what, reply), 'object'), 'sha');
  if (found === object) return;
  throw new CutwaterError(
    'TAG_MOVED',
    `Cannot ${what}: the tag is object ${quote(found)} on github ${api.place.label}, ${object} was verified`,
  );
}

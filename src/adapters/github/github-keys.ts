import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { ForgeKeyReader } from '../../ports/forge-keys.ts';
import { publicKeyLine } from '../forge-http/public-key-line.ts';
import { readAllPages } from '../forge-http/forge-pages.ts';
import type { ForgeOptions } from '../forge-http/forge-options.ts';
import { readObject, requiredText } from '../forge-http/forge-json.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { isJsonObject, textMember } from '../oci-http/json-object.ts';
import { openGithubApi } from './github-api.ts';

/** The signing keys of the account whose token is here, as everybody sees them. */
export function githubKeys(
  policy: HostedForgePolicy,
  options: ForgeOptions,
): ForgeKeyReader & { readonly close: () => void } {
  const { session, place, close } = openGithubApi(policy, options);
  const root = new URL('../../../', place.repository);
  return {
    close,
    readOwnKeys: async () => {
      if (session.token.is === 'none') return { is: 'nobody' };
      const what = 'read whose token this is';
      // The token of a workflow is refused here: it is nobody's.
      const reply = await session.send({ what, method: 'GET', url: new URL('user', root), returned: [403, 404] });
      if (reply.status !== 200) return { is: 'nobody' };
      const login = requiredText(what, readObject(what, reply), 'login');
      const list = (name: string): Promise<readonly JsonObject[]> => {
        const url = new URL(`users/${encodeURIComponent(login)}/${name}?per_page=100`, root);
        return readAllPages(session, { what: `read the keys of ${login}`, method: 'GET', url });
      };
      const [openpgp, ssh] = await Promise.all([list('gpg_keys'), list('ssh_signing_keys')]);
      const lines = ssh.flatMap((key) => publicKeyLine(textMember(key, 'key') ?? ''));
      return { is: 'known', login, openpgp: openpgp.flatMap(keyIds), unproven: [], ssh: lines };
    },
  };
}

function keyIds(key: JsonObject): readonly string[] {
  const subkeys = Array.isArray(key['subkeys']) ? key['subkeys'].filter(isJsonObject) : [];
  return [key, ...subkeys].flatMap((one) => textMember(one, 'key_id')?.toUpperCase() ?? []);
}

import * as z from 'zod/mini';
import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { ForgeKeyReader, OwnKeys } from '../../ports/forge-keys.ts';
import { askList, askObject, shaped } from '../forge-http/ask-setting.ts';
import type { ForgeOptions } from '../forge-http/forge-options.ts';
import { publicKeyLine } from '../forge-http/public-key-line.ts';
import type { Reply } from '../oci-http/reply-body.ts';
import type { GiteaApi } from './gitea-api.ts';
import { missingScope, openGiteaApi } from './gitea-api.ts';

/** The signing keys of the account whose token is here. */
export function giteaKeys(
  policy: HostedForgePolicy,
  options: ForgeOptions,
): ForgeKeyReader & { readonly close: () => void } {
  const api = openGiteaApi(policy, options);
  return { close: api.close, readOwnKeys: () => readOwnKeys(api) };
}

const userSchema = z.object({ id: z.number(), login: z.string() });

const partSchema = z.object({ key_id: z.string() });

const openpgpSchema = z.object({
  key_id: z.string(),
  verified: z.boolean(),
  emails: z.nullish(z.array(z.object({ verified: z.boolean() }))),
  subkeys: z.nullish(z.array(partSchema)),
});

// Whether an SSH key is proven no version tells.
const sshSchema = z.object({ key: z.string() });

async function readOwnKeys(api: GiteaApi): Promise<OwnKeys> {
  const { session } = api;
  if (session.token.is === 'none') return { is: 'nobody' };
  const takes = (refusal: Reply): string => missingScope(refusal) ?? 'the token of a person';
  const what = 'read whose token this is';
  const answer = await askObject(session, { what, url: api.page('api/v1/user'), takes });
  if (answer.is === 'withheld') return answer;
  const { id, login } = shaped(what, userSchema, answer.value);
  // Jobs and ghosts have numbers below one.
  if (id < 1) return { is: 'nobody' };
  const list = (name: string) => {
    const url = api.page(`api/v1/users/${encodeURIComponent(login)}/${name}?limit=50`);
    return askList(session, { what: `read the keys of ${login}`, url, takes });
  };
  const [openpgp, ssh] = await Promise.all([list('gpg_keys'), list('keys')]);
  if (openpgp.is === 'withheld') return openpgp;
  if (ssh.is === 'withheld') return ssh;
  const keys = openpgp.value.map((key) => shaped(what, openpgpSchema, key));
  // A verified address of the account in the key proves it as well as a signature.
  const isProven = (key: (typeof keys)[number]): boolean =>
    key.verified || key.emails?.some(({ verified }) => verified) === true;
  const idsOf = (key: (typeof keys)[number]): readonly string[] =>
    [key, ...(key.subkeys ?? [])].map((part) => part.key_id.toUpperCase());
  return {
    is: 'known',
    login,
    openpgp: keys.filter(isProven).flatMap(idsOf),
    unproven: keys.filter((key) => !isProven(key)).flatMap(idsOf),
    ssh: ssh.value.flatMap((key) => publicKeyLine(shaped(what, sshSchema, key).key)),
  };
}

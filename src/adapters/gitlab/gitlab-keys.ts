import * as z from 'zod/mini';
import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { ForgeKeyReader, OwnKeys } from '../../ports/forge-keys.ts';
import { askList, askObject, shaped } from '../forge-http/ask-setting.ts';
import type { ForgeOptions } from '../forge-http/forge-options.ts';
import { publicKeyLine } from '../forge-http/public-key-line.ts';
import { readPublicKeys } from '../gpg/read-public-keys.ts';
import type { GitlabApi } from './gitlab-api.ts';
import { openGitlabApi } from './gitlab-api.ts';

/** The signing keys of the account whose token is here. GitLab gives OpenPGP keys as they were uploaded, so gpg reads them. */
export function gitlabKeys(
  policy: HostedForgePolicy,
  options: ForgeOptions,
): ForgeKeyReader & { readonly close: () => void } {
  const api = openGitlabApi(policy, options);
  return { close: api.close, readOwnKeys: () => readOwnKeys(api) };
}

const userSchema = z.object({ id: z.int().check(z.positive()), username: z.string() });

const openpgpSchema = z.object({ key: z.string() });

const sshSchema = z.object({
  key: z.string(),
  // Since GitLab 15.7; before, every key was for both.
  usage_type: z._default(z.enum(['auth', 'signing', 'auth_and_signing']), 'auth_and_signing'),
});

async function readOwnKeys(api: GitlabApi): Promise<OwnKeys> {
  const { session } = api;
  // The token of a job is nobody's.
  if (session.token.is === 'none' || session.token.variable === 'CI_JOB_TOKEN') return { is: 'nobody' };
  const takes = (): string => 'a token with the scope "read_user"';
  const what = 'read whose token this is';
  const answer = await askObject(session, { what, url: api.page('user'), takes });
  if (answer.is === 'withheld') return answer;
  const { id, username } = shaped(what, userSchema, answer.value);
  const list = (name: string) =>
    askList(session, {
      what: `read the keys of ${username}`,
      url: api.page(`users/${id}/${name}?per_page=100`),
      takes,
    });
  const [openpgp, ssh] = await Promise.all([list('gpg_keys'), list('keys')]);
  if (openpgp.is === 'withheld') return openpgp;
  if (ssh.is === 'withheld') return ssh;
  const blocks = openpgp.value.map((key) => shaped(what, openpgpSchema, key).key);
  const listed = await Promise.all(blocks.map((block) => readPublicKeys(Buffer.from(block))));
  return {
    is: 'known',
    login: username,
    openpgp: listed.flat().map(({ fingerprint }) => fingerprint.slice(-16)),
    unproven: [],
    ssh: ssh.value.flatMap((json) => {
      const { key, usage_type: usage } = shaped(what, sshSchema, json);
      return usage === 'auth' ? [] : publicKeyLine(key);
    }),
  };
}

import { resolve } from 'node:path';
import { Secret } from '../domain/secret.ts';
import type { AnnounceWorld } from '../engine/world.ts';
import type { Policy } from '../policy/policy.ts';
import type { Attestor } from '../ports/attestor.ts';
import type { OpenAnnouncer } from '../ports/announcer.ts';
import type { CliContext } from './command.ts';
import { openProject } from './compose.ts';
import { dataFolder } from './compose-registry.ts';
import { findCiCredential, openAttestor, readCiCredential } from './compose-signer.ts';
import type { Project } from './project.ts';

/** Opens a project to tell users about it: this needs the CI key, for the record. */
export async function openAnnounceProject(context: CliContext): Promise<Project<AnnounceWorld>> {
  const credential = await readCiCredential(context);
  const project = await openProject(context, { fetch: 'must', access: 'write' });
  const attestor = await openAttestor(credential, project.loaded.policy);
  const top = await project.world.git.topFolder();
  return { ...project, world: { ...project.world, attestor, openAnnouncer: announcers(context, top) } };
}

/** The channels a policy may name. Their code is loaded only where one is used. */
export function announcers(context: CliContext, topFolder: string): OpenAnnouncer {
  const { env, signal } = context;
  return async (channel) => {
    switch (channel.kind) {
      case 'file': {
        const { fileAnnouncer } = await import('../adapters/announce/file-announcer.ts');
        const [first, ...rest] = channel.path.split('/');
        const isData = first === '.cutwater';
        const root = isData ? dataFolder(context, topFolder) : topFolder;
        return fileAnnouncer({ root, file: resolve(root, ...(isData ? rest : [channel.path])) });
      }
      case 'webhook': {
        const { webhookAnnouncer } = await import('../adapters/announce/webhook-announcer.ts');
        const { host, timeoutSeconds, urlVariable: variable } = channel;
        // CI systems set a secret that is not there to an empty text.
        const address = env[variable] || undefined;
        return webhookAnnouncer({
          channel: channel.name,
          host,
          variable,
          address: address === undefined ? undefined : new Secret(address),
          timeoutSeconds,
          environment: env,
          signal,
        });
      }
    }
  };
}

/** Signs as CI where this machine can. */
export async function attestorIfHere(context: CliContext, policy: Policy): Promise<Attestor | undefined> {
  const credential = await findCiCredential(context);
  return credential && openAttestor(credential, policy);
}

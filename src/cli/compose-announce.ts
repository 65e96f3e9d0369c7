import { resolve } from 'node:path';
import { Secret } from '../domain/secret.ts';
import type { AnnounceWorld } from '../engine/world.ts';
import type { AnnouncePolicy } from '../policy/announce-schema.ts';
import type { Policy } from '../policy/policy.ts';
import type { Attestor } from '../ports/attestor.ts';
import type { OpenAnnouncer } from '../ports/announcer.ts';
import { discordPost, mastodonPost, slackPost } from '../report/documents/chat-post.ts';
import type { CliContext } from './command.ts';
import { openProject } from './compose.ts';
import { dataFolder } from './compose-registry.ts';
import { findCiCredential, namesWorkflow, openAttestor, readCiCredential } from './compose-signer.ts';
import type { Project } from './project.ts';

/** Opens a project to tell users about it: this needs the CI key, for the record. */
export async function openAnnounceProject(context: CliContext): Promise<Project<AnnounceWorld>> {
  const credential = await readCiCredential(context);
  const project = await openProject(context, { fetch: 'must', access: 'write' });
  const attestor = await openAttestor(credential, project.loaded.policy);
  const top = await project.world.git.topFolder();
  return {
    ...project,
    world: { ...project.world, attestor, openAnnouncer: announcers(context, top, project.world.now) },
  };
}

/** The channels a policy may name. Their code is loaded only where one is used. `now` is in Unix seconds. */
export function announcers(context: CliContext, topFolder: string, now: number): OpenAnnouncer {
  return async (channel) => {
    switch (channel.kind) {
      case 'file': {
        const { fileAnnouncer } = await import('../adapters/announce/file-announcer.ts');
        return fileAnnouncer(placeOf(context, topFolder, channel.path));
      }
      case 'atom': {
        const { atomAnnouncer } = await import('../adapters/announce/atom-announcer.ts');
        return atomAnnouncer({ ...placeOf(context, topFolder, channel.path), now });
      }
      case 'webhook': {
        const { webhookAnnouncer } = await import('../adapters/announce/webhook-announcer.ts');
        return webhookAnnouncer(addressed(context, channel));
      }
      case 'discord': {
        const { discordAnnouncer } = await import('../adapters/announce/chat-announcers.ts');
        return discordAnnouncer(addressed(context, channel), discordPost);
      }
      case 'slack': {
        const { slackAnnouncer } = await import('../adapters/announce/chat-announcers.ts');
        return slackAnnouncer(addressed(context, channel), slackPost);
      }
      case 'mastodon': {
        const { mastodonAnnouncer } = await import('../adapters/announce/chat-announcers.ts');
        const { visibility, limit } = channel;
        return mastodonAnnouncer({ ...withToken(context, channel), visibility }, (told) => mastodonPost(told, limit));
      }
      case 'discussions': {
        const { discussionsAnnouncer } = await import('../adapters/announce/discussions-announcer.ts');
        const { repository, category } = channel;
        return discussionsAnnouncer({ ...withToken(context, channel), repository, category });
      }
    }
  };
}

function placeOf(
  context: CliContext,
  topFolder: string,
  path: string,
): { readonly root: string; readonly file: string } {
  const [first, ...rest] = path.split('/');
  const isData = first === '.cutwater';
  const root = isData ? dataFolder(context, topFolder) : topFolder;
  return { root, file: resolve(root, ...(isData ? rest : [path])) };
}

type RemoteChannel = Extract<AnnouncePolicy, { host: string }>;

function hostOf({ env, signal }: CliContext, channel: RemoteChannel, variable: string) {
  const { host, timeoutSeconds } = channel;
  return { channel: channel.name, host, variable, timeoutSeconds, environment: env, signal };
}

function addressed(context: CliContext, channel: Extract<RemoteChannel, { urlVariable: string }>) {
  return { ...hostOf(context, channel, channel.urlVariable), address: secretIn(context, channel.urlVariable) };
}

function withToken(context: CliContext, channel: Extract<RemoteChannel, { tokenVariable: string }>) {
  return { ...hostOf(context, channel, channel.tokenVariable), token: secretIn(context, channel.tokenVariable) };
}

/** CI systems set a secret that is not there to an empty text. */
function secretIn({ env }: CliContext, variable: string): Secret | undefined {
  const value = env[variable] || undefined;
  return value === undefined ? undefined : new Secret(value);
}

/** Signs as CI where this machine can. A token that no entry of trust.ci could believe is as good as none. */
export async function attestorIfHere(context: CliContext, policy: Policy): Promise<Attestor | undefined> {
  const credential = await findCiCredential(context);
  if (credential === undefined || (credential.kind === 'token' && !namesWorkflow(policy))) return undefined;
  return openAttestor(credential, policy);
}

import * as z from './field.ts';
import type { ChannelPolicy } from './channel-fields.ts';
import { channelFields, hostField, timeoutField, variableField } from './channel-fields.ts';
import type { ChatChannelPolicy } from './chat-schema.ts';
import { discordChannel, discussionsChannel, mastodonChannel, slackChannel } from './chat-schema.ts';
import { choice, parsedText, section } from './parsed-text.ts';
import { parseRepositoryPath } from './repository-path.ts';

/** A place where users read about releases. */
export type AnnouncePolicy = FileChannelPolicy | AtomChannelPolicy | WebhookChannelPolicy | ChatChannelPolicy;

export interface FileChannelPolicy extends ChannelPolicy {
  readonly kind: 'file';
  /** Path in the repository, or below `.cutwater` in the project's data. */
  readonly path: string;
}

export interface AtomChannelPolicy extends ChannelPolicy {
  readonly kind: 'atom';
  /** As of a file. */
  readonly path: string;
}

export interface WebhookChannelPolicy extends ChannelPolicy {
  readonly kind: 'webhook';
  /** `name[:port]`, lower case: the only host anything is sent to. */
  readonly host: string;
  /** The environment variable that holds the address; it may be a secret. */
  readonly urlVariable: string;
  readonly timeoutSeconds: number;
}

const fileChannel = section('a mapping with name, kind and path', {
  ...channelFields,
  kind: choice(['file'], 'file: a text is added to the end of a file.'),
  path: parsedText(
    { wanted: 'the path of a file', description: 'Path of the file; below .cutwater it lies with the local data.' },
    parseRepositoryPath,
  ).prefault('.cutwater/announcements.md'),
});

const atomChannel = section('a mapping with name, kind and path', {
  ...channelFields,
  kind: choice(['atom'], 'atom: an Atom feed that programs read.'),
  path: parsedText(
    { wanted: 'the path of a file', description: 'Path of the feed; below .cutwater it lies with the local data.' },
    parseRepositoryPath,
  ).prefault('.cutwater/announcements.atom'),
});

const webhookChannel = section('a mapping with name, kind, host and urlVariable', {
  ...channelFields,
  kind: choice(['webhook'], 'webhook: a JSON document is sent by POST.'),
  host: hostField(),
  urlVariable: variableField('the address'),
  timeout: timeoutField,
});

const channelKinds = [
  fileChannel,
  atomChannel,
  webhookChannel,
  discordChannel,
  slackChannel,
  mastodonChannel,
  discussionsChannel,
] as const;

const channelNames = '"file", "atom", "webhook", "discord", "slack", "mastodon" or "discussions"';

export const announceSchema = z
  .array(z.variants('kind', channelKinds, { error: `kind ${channelNames}` }), {
    error: 'a list of channels',
  })
  .max(20, { error: 'a list of at most 20 channels' })
  .default([])
  .meta({ description: 'Where releases, withdrawals and restores are announced.' });

/** A channel as the schema gives it, in the policy's form. */
export function toChannel(channel: z.output<typeof announceSchema>[number]): AnnouncePolicy {
  if (channel.kind === 'file' || channel.kind === 'atom') return channel;
  const { timeout, ...rest } = channel;
  return { ...rest, timeoutSeconds: timeout };
}

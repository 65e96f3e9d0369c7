import type { ChannelPolicy } from './channel-fields.ts';
import { channelFields, hostField, timeoutField, variableField } from './channel-fields.ts';
import * as z from './field.ts';
import { checkedText, choice, section } from './parsed-text.ts';

/** A chat or a forum that is told in its own way. */
export type ChatChannelPolicy = WebhookChatPolicy | MastodonChannelPolicy | DiscussionsChannelPolicy;

interface RemoteChannelPolicy extends ChannelPolicy {
  /** `name[:port]`, lower case: the only host anything is sent to. */
  readonly host: string;
  readonly timeoutSeconds: number;
}

export interface WebhookChatPolicy extends RemoteChannelPolicy {
  readonly kind: 'discord' | 'slack';
  /** The environment variable that holds the address of the webhook. */
  readonly urlVariable: string;
}

export interface MastodonChannelPolicy extends RemoteChannelPolicy {
  readonly kind: 'mastodon';
  readonly tokenVariable: string;
  readonly visibility: 'public' | 'unlisted' | 'private';
  /** Characters a post may have there. */
  readonly limit: number;
}

export interface DiscussionsChannelPolicy extends RemoteChannelPolicy {
  readonly kind: 'discussions';
  readonly tokenVariable: string;
  /** `owner/name` on GitHub. */
  readonly repository: string;
  readonly category: string;
}

export const discordChannel = section('a mapping with name, kind and urlVariable', {
  ...channelFields,
  kind: choice(
    ['discord'],
    'discord: a message by a webhook of the channel; it is changed when the release is withdrawn.',
  ),
  host: hostField('discord.com').prefault('discord.com'),
  urlVariable: variableField('the address of the webhook'),
  timeout: timeoutField,
});

export const slackChannel = section('a mapping with name, kind and urlVariable', {
  ...channelFields,
  kind: choice(['slack'], 'slack: a message by an incoming webhook.'),
  host: hostField('hooks.slack.com').prefault('hooks.slack.com'),
  urlVariable: variableField('the address of the webhook'),
  timeout: timeoutField,
});

export const mastodonChannel = section('a mapping with name, kind, host and tokenVariable', {
  ...channelFields,
  kind: choice(['mastodon'], 'mastodon: a post; it is changed when the release is withdrawn.'),
  host: hostField('mastodon.social'),
  tokenVariable: variableField('an access token with the right to write statuses'),
  visibility: choice(['public', 'unlisted', 'private'], 'Who sees the posts.').default('public'),
  limit: z
    .int(200, 100_000, { error: 'a number of characters from 200' })
    .default(500)
    .meta({ description: 'Characters a post may have on that server.' }),
  timeout: timeoutField,
});

export const discussionsChannel = section('a mapping with name, kind and repository', {
  ...channelFields,
  kind: choice(['discussions'], 'discussions: a GitHub discussion; it is changed when the release is withdrawn.'),
  host: hostField('api.github.com').prefault('api.github.com'),
  tokenVariable: variableField('a token with the right to write discussions').prefault('GITHUB_TOKEN'),
  repository: checkedText(
    { wanted: 'a name such as "owner/name"', description: 'The repository whose discussions these are.' },
    (text) => (/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/.test(text) ? undefined : 'is no owner/name'),
  ),
  category: checkedText(
    { wanted: 'a name such as "announcements"', description: 'The category, as addresses write it.' },
    (text) =>
      /^[a-z0-9][a-z0-9-]{0,99}$/.test(text) ? undefined : 'is not made of lower case letters, digits and "-"',
  ).prefault('announcements'),
  timeout: timeoutField,
});

import type { Announcement } from '../../domain/announcement.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { Announcer } from '../../ports/announcer.ts';
import type { ChannelHost } from './channel-call.ts';
import { callChannel, receiptOf } from './channel-call.ts';
import type { TokenPlace } from './channel-token.ts';
import { originOf, readToken } from './channel-token.ts';
import { readWebhookAddress } from './webhook-address.ts';
import type { WebhookOptions } from './webhook-announcer.ts';

/** How an announcement reads in a chat. */
type Render = (announcement: Announcement) => string;

/** Posts by a webhook of a Discord channel, which it may change later. Nobody is ever mentioned. */
export function discordAnnouncer(options: WebhookOptions, render: Render): Announcer {
  const { channel, host } = options;
  const hook = readWebhookAddress(options.address, options);
  const bodyOf = (announcement: Announcement) => ({
    content: render(announcement),
    allowed_mentions: { parse: [] },
  });
  return {
    description: `Discord at ${host}`,
    async send(announcement) {
      const what = `announce ${announcement.version} on ${channel}`;
      const url = new URL(hook);
      // Without it the answer is empty, and nobody could find the message again.
      url.searchParams.set('wait', 'true');
      const { id } = receiptOf(await callChannel(options, { what, method: 'POST', url, body: bodyOf(announcement) }));
      return id === undefined ? {} : { id };
    },
    async amend(id, announcement) {
      const what = `change the announcement ${id} on ${channel}`;
      const url = new URL(hook);
      url.pathname = `${url.pathname.replace(/\/+$/, '')}/messages/${numeric(id, what)}`;
      await callChannel(options, { what, method: 'PATCH', url, body: bodyOf(announcement) });
    },
  };
}

/** Posts by an incoming webhook of Slack, which names no message, so that none can be changed later. */
export function slackAnnouncer(options: WebhookOptions, render: Render): Announcer {
  const { channel, host } = options;
  const url = readWebhookAddress(options.address, options);
  return {
    description: `Slack at ${host}`,
    async send(announcement) {
      const what = `announce ${announcement.version} on ${channel}`;
      const body = { text: render(announcement), unfurl_links: false, unfurl_media: false };
      await callChannel(options, { what, method: 'POST', url, body });
      return {};
    },
  };
}

export interface MastodonOptions extends ChannelHost, TokenPlace {
  readonly visibility: 'public' | 'unlisted' | 'private';
}

/**
 * Posts as the account of an access token with the rights `write:statuses`. The key is the server's own idempotency key,
 * which it remembers for an hour.
 */
export function mastodonAnnouncer(options: MastodonOptions, render: Render): Announcer {
  const { channel, host, visibility } = options;
  const authorization = `Bearer ${readToken(options)}`;
  return {
    description: `Mastodon at ${host}`,
    async send(announcement, key) {
      const what = `announce ${announcement.version} on ${channel}`;
      const url = new URL('/api/v1/statuses', originOf(host));
      const body = { status: render(announcement), visibility };
      const headers = { authorization, 'idempotency-key': key };
      return receiptOf(await callChannel(options, { what, method: 'POST', url, headers, body }));
    },
    async amend(id, announcement) {
      const what = `change the announcement ${id} on ${channel}`;
      const url = new URL(`/api/v1/statuses/${numeric(id, what)}`, originOf(host));
      const body = { status: render(announcement) };
      await callChannel(options, { what, method: 'PUT', url, headers: { authorization }, body });
    },
  };
}

/** Both chats count their messages; anything else could lead elsewhere as part of an address. */
function numeric(id: string, what: string): string {
  if (/^\d{1,30}$/.test(id)) return id;
  throw new CutwaterError('ANNOUNCEMENT_REFUSED', `Cannot ${what}: that is no number of a message`);
}

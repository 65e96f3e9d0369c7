import type { Secret } from '../../domain/secret.ts';
import type { Announcer } from '../../ports/announcer.ts';
import type { ChannelHost } from './channel-call.ts';
import { callChannel, receiptOf } from './channel-call.ts';
import { readWebhookAddress } from './webhook-address.ts';

export interface WebhookOptions extends ChannelHost {
  /** Where to send; may be a secret, and is taken for one. */
  readonly address: Secret | undefined;
}

/**
 * Sends announcements as JSON by POST, with the key in the header `Idempotency-Key`. One try,
 * no redirect: the address is a secret of this host. Only 2xx counts. `id` and `url` of a JSON answer become the receipt.
 */
export function webhookAnnouncer(options: WebhookOptions): Announcer {
  const { channel, host } = options;
  const url = readWebhookAddress(options.address, options);
  return {
    description: `webhook at ${host}`,
    async send(announcement, key) {
      const what = `announce ${announcement.version} on ${channel}`;
      const body = { ...announcement, key };
      const headers = { 'idempotency-key': key };
      return receiptOf(await callChannel(options, { what, method: 'POST', url, headers, body }));
    },
  };
}

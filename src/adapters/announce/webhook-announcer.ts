import { CutwaterError } from '../../domain/error.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Announcer, AnnouncementReceipt } from '../../ports/announcer.ts';
import { httpTransport } from '../oci-http/http-transport.ts';
import type { Environment } from '../oci-http/proxy-choice.ts';
import type { Reply } from '../oci-http/reply-body.ts';
import { readReply, smallBody } from '../oci-http/reply-body.ts';
import { createRegistryHosts } from '../oci-http/registry-hosts.ts';
import { realTiming } from '../oci-http/timing.ts';
import { createWire } from '../oci-http/wire.ts';
import type { WebhookPlace } from './webhook-address.ts';
import { readWebhookAddress } from './webhook-address.ts';

export interface WebhookOptions extends WebhookPlace {
  /** Where to send; may be a secret, and is taken for one. */
  readonly address: Secret | undefined;
  readonly timeoutSeconds: number;
  /** Proxies and certificate authorities. */
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/**
 * Sends announcements as JSON by POST, with the key in the header `Idempotency-Key`. One try,
 * no redirect: the address is a secret of this host. Only 2xx counts. `id` and `url` of a JSON answer become the receipt.
 */
export function webhookAnnouncer(options: WebhookOptions): Announcer {
  const { channel, host, timeoutSeconds, environment, signal } = options;
  const url = readWebhookAddress(options.address, options);
  return {
    description: `webhook at ${host}`,
    async send(announcement, key) {
      const what = `announce ${announcement.version} on ${channel}`;
      const transport = httpTransport(environment);
      const wire = createWire({ transport, hosts: createRegistryHosts(), timing: realTiming, signal });
      try {
        const bytes = new TextEncoder().encode(JSON.stringify({ ...announcement, key }));
        const reply = await wire.exchange({
          what,
          method: 'POST',
          url,
          headers: { 'content-type': 'application/json', accept: 'application/json', 'idempotency-key': key },
          body: { kind: 'bytes', bytes },
          milliseconds: timeoutSeconds * 1000,
        });
        const whole = await readReply(reply, { what, limit: smallBody });
        if (whole.status < 200 || whole.status > 299) throw refusal(whole, { what, options });
        return receiptOf(whole.bytes);
      } finally {
        wire.close();
      }
    },
  };
}

/** What the host says besides its status is not shown: it may repeat the address. */
function refusal(
  { status }: Reply,
  { what, options }: { readonly what: string; readonly options: WebhookOptions },
): CutwaterError {
  const found = `Cannot ${what}: ${options.host} answers ${status}`;
  if (status >= 300 && status < 400)
    return new CutwaterError('ANNOUNCEMENT_REFUSED', `${found}, a redirect that is not followed`, {
      hint: `Set ${options.variable} to the address it leads to, and the host in the policy with it`,
    });
  return new CutwaterError(codeOf(status), found, {
    hint:
      status === 429 || status >= 500 ? 'Run the same command again later' : `Check the address in ${options.variable}`,
  });
}

function codeOf(status: number): ErrorCode {
  if (status === 429) return 'RATE_LIMITED';
  if (status >= 500) return 'SERVER_ERROR';
  if (status === 401) return 'UNAUTHENTICATED';
  return status === 403 ? 'FORBIDDEN' : 'ANNOUNCEMENT_REFUSED';
}

/** Whatever else the answer is, the announcement was taken. */
function receiptOf(bytes: Uint8Array): AnnouncementReceipt {
  const answer = parseObject(new TextDecoder().decode(bytes));
  const id = typeof answer['id'] === 'number' ? String(answer['id']) : answer['id'];
  const url = answer['url'];
  return {
    ...(typeof id === 'string' && /^[\x21-\x7e]{1,200}$/.test(id) ? { id } : {}),
    ...(typeof url === 'string' && /^https:\/\/[\x21-\x7e]{1,500}$/.test(url) ? { url } : {}),
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

import type { JsonObject } from '../oci-http/json-object.ts';
import type { WireBody, WireRequest } from '../oci-http/transport.ts';

/** One question to a forge's API; may become several requests. */
export interface ForgeCall {
  /** Verb and object for messages: `publish release "v1.2.3"`. */
  readonly what: string;
  readonly method: WireRequest['method'];
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: JsonObject;
  readonly body?: WireBody;
  /** The largest body of a success, in bytes. Default 64 MiB: a page of a hundred releases with long notes. */
  readonly limit?: number;
  /** Bytes on the way besides the small ones, for which more time is given. */
  readonly transferBytes?: number;
  /** Failures given back instead of thrown. */
  readonly returned?: readonly number[];
  /** `files` may be kept on other hosts, which get no token. Default `own-host`. */
  readonly redirects?: 'own-host' | 'files';
}

/** A page of a hundred releases, each with the longest notes a forge takes, and files. */
export const jsonLimit = 64 * 1024 * 1024;

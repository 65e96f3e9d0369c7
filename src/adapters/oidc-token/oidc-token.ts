import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import { Secret } from '../../domain/secret.ts';
import { httpTransport } from '../oci-http/http-transport.ts';
import { createRegistryHosts } from '../oci-http/registry-hosts.ts';
import { readReply, smallBody } from '../oci-http/reply-body.ts';
import { realTiming } from '../oci-http/timing.ts';
import { createWire } from '../oci-http/wire.ts';

export interface OidcTokenOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * Where a workflow gets an OIDC token for sigstore: SIGSTORE_ID_TOKEN, which GitLab and others set, or the address that
 * GitHub Actions names, asked anew each time. Undefined where the environment has neither.
 */
export function oidcToken({ environment, signal }: OidcTokenOptions): (() => Promise<Secret>) | undefined {
  const given = environment['SIGSTORE_ID_TOKEN'];
  if (given !== undefined && given !== '') return async () => new Secret(given);
  const address = environment['ACTIONS_ID_TOKEN_REQUEST_URL'];
  const bearer = environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
  if (address === undefined || bearer === undefined || address === '' || bearer === '') return undefined;
  return () => askGitHub({ address, bearer: new Secret(bearer), environment, signal });
}

const what = 'get an identity token from GitHub Actions';

async function askGitHub(
  asked: OidcTokenOptions & { readonly address: string; readonly bearer: Secret },
): Promise<Secret> {
  const url = readAddress(asked.address);
  url.searchParams.set('audience', 'sigstore');
  const { environment, signal } = asked;
  const wire = createWire({
    transport: httpTransport(environment),
    hosts: createRegistryHosts(),
    timing: realTiming,
    signal,
  });
  try {
    const headers = { authorization: `Bearer ${asked.bearer.reveal()}`, accept: 'application/json' };
    const reply = await wire.exchange({ what, method: 'GET', url, headers, milliseconds: 30_000 });
    const { status, bytes } = await readReply(reply, { what, limit: smallBody });
    if (status !== 200)
      throw new CutwaterError('UNAUTHENTICATED', `Cannot ${what}: it answers ${status}`, {
        hint: 'Give the job the permission "id-token: write"',
      });
    const token = tokenIn(bytes);
    if (token === undefined) throw new CutwaterError('BAD_REPLY', `Cannot ${what}: the answer holds none`);
    return new Secret(token);
  } finally {
    wire.close();
  }
}

/** The token that is sent along belongs to this host only. */
function readAddress(text: string): URL {
  const url = URL.parse(text);
  const isLoopback = url?.hostname === '127.0.0.1' || url?.hostname === 'localhost';
  if (url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback))) return url;
  throw new CutwaterError('UNAUTHENTICATED', `Cannot ${what}: ${quote(text)} is no https address`);
}

function tokenIn(bytes: Uint8Array): string | undefined {
  try {
    const answer: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const value: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'value') : undefined;
    return typeof value === 'string' && /^[\w-]+\.[\w-]+\.[\w-]*$/.test(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

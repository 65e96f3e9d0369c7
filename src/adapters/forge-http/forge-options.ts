import { quote } from '../../domain/quote.ts';
import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { CommitChecks } from '../../ports/commit-checks.ts';
import type { Forge } from '../../ports/forge.ts';
import type { MergeRequests } from '../../ports/merge-requests.ts';
import { httpTransport } from '../oci-http/http-transport.ts';
import type { Environment } from '../oci-http/proxy-choice.ts';
import type { RegistryHosts } from '../oci-http/registry-hosts.ts';
import { createRegistryHosts } from '../oci-http/registry-hosts.ts';
import { createRetry } from '../oci-http/retry.ts';
import type { Timing } from '../oci-http/timing.ts';
import { realTiming, waitUntil } from '../oci-http/timing.ts';
import { createWire } from '../oci-http/wire.ts';
import type { ForgeSession, ForgeSessionParts } from './forge-session.ts';
import { createForgeSession } from './forge-session.ts';
import { findForgeToken } from './forge-token.ts';

/** What every forge of the network is opened with. */
export interface ForgeOptions {
  /** Token, proxies and certificate authorities. */
  readonly environment: Environment;
  /** Something a person should know and that stops nothing; each text once. */
  readonly onWarning?: (text: string) => void;
  readonly signal?: AbortSignal;
  /** For each call, retries and waits included; files get more by their size. Default 120. */
  readonly deadlineSeconds?: number;
  readonly timing?: Timing;
  /** Shared with registries, so that a host's rate limit holds for all. Default: its own. */
  readonly hosts?: RegistryHosts;
}

/** A forge with what else it does. */
export type HostedForge = Forge & {
  readonly mergeRequests: MergeRequests;
  readonly checks: CommitChecks;
  /** Closes the connections. */
  close(): void;
};

export interface SessionPlace extends Pick<ForgeSessionParts, 'headers' | 'origins' | 'neededRight' | 'newName'> {
  readonly credentials: (token: string, variable: string) => Readonly<Record<string, string>>;
  /** For messages: host and repository. */
  readonly label: string;
}

/** Nothing is sent before the first call. */
export function openForgeSession(
  policy: HostedForgePolicy,
  options: ForgeOptions & SessionPlace,
): { readonly session: ForgeSession; readonly warn: (text: string) => void; readonly close: () => void } {
  const { environment, timing = realTiming, signal, hosts = createRegistryHosts(), label } = options;
  const token = findForgeToken(policy, environment);
  const wire = createWire({ transport: httpTransport(environment), hosts, timing, signal });
  const said = new Set<string>();
  const warn = (text: string): void => {
    if (!said.has(text)) options.onWarning?.(text);
    said.add(text);
  };
  const session = createForgeSession({
    wire,
    retry: createRetry({ hosts, timing, signal, deadlineSeconds: options.deadlineSeconds ?? 120 }),
    now: timing.now,
    pause: (seconds) => waitUntil(timing.now() + seconds * 1000, { timing, signal }),
    token,
    headers: options.headers,
    credentials: (secret) => options.credentials(secret, token.is === 'token' ? token.variable : ''),
    origins: options.origins,
    neededRight: options.neededRight,
    newName: options.newName,
    onMoved: (name) => warn(`${label} is ${quote(name)} now: write its new name into cutwater.yaml`),
  });
  return { session, warn, close: wire.close };
}

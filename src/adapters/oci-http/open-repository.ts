import type { ImageName } from '../../domain/image-name.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import type { WriteProbe } from '../../ports/write-probe.ts';
import { createAuthorizer } from './authorizer.ts';
import { createBlobReader } from './blob-reader.ts';
import { createBlobWriter } from './blob-writer.ts';
import type { CredentialQuery, CredentialSource } from './credentials.ts';
import type { Environment } from './docker-credentials.ts';
import { dockerCredentials } from './docker-credentials.ts';
import type { Answer } from './direct-transport.ts';
import { directTransport } from './direct-transport.ts';
import { httpTransport } from './http-transport.ts';
import { createManifestReader } from './manifest-reader.ts';
import { createManifestWriter } from './manifest-writer.ts';
import { createPlace } from './place.ts';
import { createReferrers } from './referrers.ts';
import { quirksOf } from './quirks.ts';
import type { RegistryAddress } from './registry-address.ts';
import { repositoryPath, repositoryRoot } from './registry-address.ts';
import type { RegistryHosts } from './registry-hosts.ts';
import { createRegistryHosts } from './registry-hosts.ts';
import { createRetry } from './retry.ts';
import { createSession } from './session.ts';
import { createTagLister } from './tag-lister.ts';
import { createTagWriter } from './tag-writer.ts';
import type { Timing } from './timing.ts';
import { realTiming } from './timing.ts';
import { createWarningSink } from './warnings.ts';
import { createWire } from './wire.ts';
import { createWriteProbe } from './write-probe.ts';

export interface OpenRepositoryOptions {
  /** Where the registry listens, when its name does not say so; the only way to plain http beyond loopback. */
  readonly address?: RegistryAddress;
  /** A registry in this very process: it is asked directly, without a connection. */
  readonly answer?: Answer;
  /** Default: what `docker login` and `podman login` left, read only after the registry asked. */
  readonly credentials?: CredentialSource;
  /** `write` asks for push rights in the first token, so that a release needs one. Default `read`. */
  readonly access?: 'read' | 'write';
  /** Text of the registry's warnings, escaped, each once. */
  readonly onWarning?: (text: string) => void;
  readonly signal?: AbortSignal;
  /** For each call, retries and waits included; large blobs get more by their size. Default 120. */
  readonly deadlineSeconds?: number;
  /** Where proxies and credentials are looked up. Default `process.env`. */
  readonly environment?: Environment;
  readonly timing?: Timing;
  /** Shared by all repositories of a process, so that rate limits and warnings of a host count once. Default: its own. */
  readonly hosts?: RegistryHosts;
}

export type RegistryRepository = ImageRepository &
  WriteProbe & {
    /** HTTP requests so far, with those to the token server. */
    requestCount(): number;
    /** Closes the connections. */
    close(): void;
  };

/**
 * One repository of a registry over HTTP, or of one in this process with all the same steps. Nothing is sent before the first call: there is no ping, and credentials are
 * read and sent only where the registry asks for them.
 */
export function openRepository(name: ImageName, options: OpenRepositoryOptions = {}): RegistryRepository {
  const { timing = realTiming, environment = process.env, signal, hosts = createRegistryHosts() } = options;
  const { answer } = options;
  const address = options.address ?? (answer && { protocol: 'http', host: name.registry, port: 80 });
  const registry = repositoryRoot(name, address);
  const quirks = quirksOf(name.registry);
  const wire = createWire({
    transport: answer === undefined ? httpTransport(environment) : directTransport(answer),
    hosts,
    timing,
    signal,
  });
  const authorizer = createAuthorizer({
    wire,
    registry,
    query: credentialQuery(name, registry),
    source: options.credentials ?? dockerCredentials(environment),
    now: timing.now,
  });
  const retry = createRetry({ hosts, timing, signal, deadlineSeconds: options.deadlineSeconds ?? 120 });
  const session = createSession({
    wire,
    authorizer,
    retry,
    registry,
    warn: createWarningSink(hosts.of(registry.host), options.onWarning),
    now: timing.now,
  });
  const place = createPlace(name, registry, options.access ?? 'read');
  const reader = createManifestReader(session, place);
  const writer = createManifestWriter(session, place, reader);
  const blobs = createBlobReader(session, place);
  return {
    name,
    ...reader,
    ...writer,
    ...createTagWriter({ session, place, writer, learned: hosts.of(registry.host).learned }),
    ...createTagLister(session, place),
    ...blobs,
    ...createBlobWriter({ session, place, quirks, reader: blobs }),
    ...createWriteProbe(session, place, quirks),
    ...createReferrers({ session, place, quirks, reader, writer }),
    requestCount: wire.requestCount,
    close: wire.close,
  };
}

/** Credentials belong to the host that is really asked, not to the name an address was given for. */
function credentialQuery(name: ImageName, registry: URL): CredentialQuery {
  const { credentialHosts } = quirksOf(registry.host);
  return { hosts: credentialHosts.length > 0 ? credentialHosts : [registry.host], repository: repositoryPath(name) };
}

import { Secret } from '../../domain/secret.ts';
import type { Credentials, CredentialQuery } from './credentials.ts';
import type { JsonObject } from './json-object.ts';
import { isJsonObject, parseJsonObject, textMember } from './json-object.ts';

/** Where a configuration says that credentials are. */
export type ConfigFinding =
  | { readonly is: 'credentials'; readonly credentials: Credentials }
  | { readonly is: 'helper'; readonly helper: string; readonly server: string };

/**
 * What a Docker or podman configuration holds for a registry, best first: `credHelpers`, `credsStore`, `auths`. Hosts are
 * matched exactly, never by part; podman's keys with a path beat the host alone. Undefined where the text is no JSON.
 */
export function readDockerConfig(text: string, query: CredentialQuery): readonly ConfigFinding[] | undefined {
  const config = parseJsonObject(text);
  if (config === undefined) return undefined;
  const findings: ConfigFinding[] = [];
  const helpers = objectMember(config, 'credHelpers');
  for (const host of query.hosts) {
    const helper = textMember(helpers, host);
    if (helper !== undefined) findings.push({ is: 'helper', helper, server: host });
  }
  const store = textMember(config, 'credsStore');
  if (store !== undefined) for (const host of query.hosts) findings.push({ is: 'helper', helper: store, server: host });
  const credentials = fromAuths(objectMember(config, 'auths'), query);
  if (credentials !== undefined) findings.push({ is: 'credentials', credentials });
  return findings;
}

function fromAuths(auths: JsonObject, query: CredentialQuery): Credentials | undefined {
  const entries = Object.entries(auths).map(([key, entry]) => ({ key: canonicalKey(key), entry }));
  for (const wanted of wantedKeys(query))
    for (const { key, entry } of entries) {
      const credentials = key === wanted && isJsonObject(entry) ? fromEntry(entry) : undefined;
      if (credentials !== undefined) return credentials;
    }
  return undefined;
}

/** `host/a/b`, `host/a`, `host` for repository `a/b` (containers-auth.json(5)). */
function wantedKeys({ hosts, repository }: CredentialQuery): readonly string[] {
  const parts = repository.split('/');
  return hosts.flatMap((host) => [
    ...parts.map((_, index) => [host, ...parts.slice(0, parts.length - index)].join('/')),
    canonicalKey(host),
  ]);
}

/** `https://index.docker.io/v1/` and its like are the host alone. */
function canonicalKey(key: string): string {
  return key
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
    .replace(/\/v[12]$/, '');
}

function fromEntry(entry: JsonObject): Credentials | undefined {
  const pair = decodeAuth(textMember(entry, 'auth'));
  const username = textMember(entry, 'username') ?? pair?.username ?? '';
  const identity = textMember(entry, 'identitytoken');
  if (identity !== undefined) return { kind: 'identity-token', username, token: new Secret(identity) };
  const ready = textMember(entry, 'registrytoken');
  if (ready !== undefined) return { kind: 'bearer-token', token: new Secret(ready) };
  const password = textMember(entry, 'password') ?? pair?.password;
  if (username === '' || password === undefined) return undefined;
  return { kind: 'password', username, password: new Secret(password) };
}

/** Base64 of `user:password`; only the first colon divides. Docker once padded it with NUL bytes. */
function decodeAuth(auth: string | undefined): { readonly username: string; readonly password: string } | undefined {
  const text = Buffer.from(auth ?? '', 'base64')
    .toString('utf8')
    .replace(/\0+$/, '');
  const colon = text.indexOf(':');
  return colon <= 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function objectMember(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  return isJsonObject(value) ? value : {};
}

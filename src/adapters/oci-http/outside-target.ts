import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { quote } from '../../domain/quote.ts';
import { isPrivateHost } from './registry-address.ts';

/**
 * A URL that a server's reply names (redirect, upload Location), resolved against the request's URL. Refused: another
 * protocol, a step down from https, user information, and a private address of a host other than the registry's own.
 */
export function resolveTarget(reference: string, from: URL, registry: URL): Parsed<URL> {
  if (!URL.canParse(reference, from.href)) return refuse(`${quote(reference)} is no URL`);
  const target = new URL(reference, from);
  if (target.protocol !== 'https:' && target.protocol !== 'http:') return refuse(`${quote(reference)} is not http`);
  if (target.protocol === 'http:' && from.protocol === 'https:') return refuse(`${quote(reference)} leaves https`);
  if (target.username !== '' || target.password !== '') return refuse(`${quote(reference)} carries a password`);
  if (target.hostname !== registry.hostname && isPrivateHost(target.hostname))
    return refuse(`${quote(target.host)} is a private address of another host`);
  return accept(target);
}

/**
 * Where a token may be asked for: https anywhere but at a private address of another host; plain http only from a
 * registry that itself is reached by plain http, on its own host.
 */
export function resolveRealm(realm: string, registry: URL): Parsed<URL> {
  const target = resolveTarget(realm, registry, registry);
  if (target.is === 'refused') return target;
  if (target.value.protocol === 'http:' && target.value.hostname !== registry.hostname)
    return refuse(`${quote(realm)} is neither https nor on the registry's host`);
  return target;
}

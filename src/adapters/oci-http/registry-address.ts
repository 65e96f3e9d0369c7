import { BlockList, isIP } from 'node:net';
import { CutwaterError } from '../../domain/error.ts';
import type { ImageName } from '../../domain/image-name.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { quote } from '../../domain/quote.ts';
import { quirksOf } from './quirks.ts';

/** Where a registry really listens, when its name does not say so (the embedded one, a mirror, plain http). */
export interface RegistryAddress {
  readonly protocol: 'http' | 'https';
  /** A host name or an IP address; IPv6 with or without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * `https://host[:port]/v2/<repository>/` of an image name. Plain http is chosen for loopback hosts only; elsewhere it
 * must be asked for by an address. CONFIG_INVALID where the name alone leads nowhere.
 */
export function repositoryRoot(name: ImageName, address?: RegistryAddress): URL {
  const origin = address === undefined ? originOf(name) : formatAddress(address);
  if (!URL.canParse(origin))
    throw new CutwaterError(
      'CONFIG_INVALID',
      `Cannot open ${quote(formatImageName(name))}: ${quote(origin)} is no address`,
    );
  return new URL(`/v2/${repositoryPath(name)}/`, origin);
}

/** The repository as the server knows it: Docker Hub's official images live below `library/`. */
export function repositoryPath(name: ImageName): string {
  const below = quirksOf(name.registry).names === 'library' && !name.repository.includes('/');
  return below ? `library/${name.repository}` : name.repository;
}

/** `hostname` as `URL` gives it: lower case, IPv4 in canonical form, IPv6 in brackets. */
export function isLoopbackHost(hostname: string): boolean {
  const bare = bareHost(hostname);
  if (bare === 'localhost' || bare.endsWith('.localhost')) return true;
  return isInList(bare, loopback);
}

/** Addresses of the own machine or network: where a server must not be able to send us on its word. */
export function isPrivateHost(hostname: string): boolean {
  return isLoopbackHost(hostname) || isInList(bareHost(hostname), privateNetworks);
}

function originOf(name: ImageName): string {
  const { apiHost } = quirksOf(name.registry);
  if (apiHost !== undefined) return `https://${apiHost}`;
  if (name.registry === 'embedded')
    throw new CutwaterError(
      'CONFIG_INVALID',
      `Cannot open ${quote(formatImageName(name))}: the embedded registry has no address of its own, wanted one`,
    );
  const url = `http://${name.registry}`;
  return URL.canParse(url) && isLoopbackHost(new URL(url).hostname) ? url : `https://${name.registry}`;
}

function formatAddress(address: RegistryAddress): string {
  const host = address.host.includes(':') && !address.host.startsWith('[') ? `[${address.host}]` : address.host;
  return `${address.protocol}://${host}:${address.port}`;
}

function bareHost(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

function isInList(address: string, list: BlockList): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix = ''] = subnet.split('/');
    list.addSubnet(network, Number(prefix), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

const loopback = blockList(['127.0.0.0/8', '::1/128']);

// IANA special-purpose registries. BlockList matches IPv4-mapped IPv6 addresses with the IPv4 networks by itself; the
// NAT64 form would otherwise be a way around the rest.
const privateNetworks = blockList([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '64:ff9b::/96',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
]);

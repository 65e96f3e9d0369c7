import { BlockList, isIP } from 'node:net';
import { isLoopbackHost } from './registry-address.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that name a proxy for this URL, as Node's agents read them; none where it is asked directly. */
export function proxyFor(url: URL, environment: Environment): Environment {
  // What listens on this machine is never asked for through a proxy.
  if (isLoopbackHost(url.hostname)) return {};
  const exceptions = environment['no_proxy'] ?? environment['NO_PROXY'] ?? '';
  if (isException(url, exceptions)) return {};
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const proxy = environment[name] || environment[name.toUpperCase()];
  // A CGI program gets HTTP_PROXY from a header of whoever calls it.
  if (!proxy || (name === 'http_proxy' && environment['REQUEST_METHOD'] && !environment[name])) return {};
  return { [name]: /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}` };
}

/**
 * Whether `NO_PROXY` names the host, by the rules that curl, Go and container tools have in common: `*`; a domain with
 * all below it; `.domain` or `*.domain`, only what is below; an address; a CIDR block; each with a port or without.
 */
function isException(url: URL, list: string): boolean {
  const host = bare(url.hostname);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const { name, only } = splitPort(entry.toLowerCase());
      if (only !== undefined && only !== port) return false;
      if (isIP(host) !== 0) return matchesAddress(host, name);
      const domain = name.replace(/^\*(?=\.)/, '');
      return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
    });
}

function matchesAddress(host: string, entry: string): boolean {
  const [network = '', prefix] = bare(entry).split('/');
  const family = isIP(network);
  if (family === 0) return false;
  const bits = prefix === undefined ? (family === 6 ? 128 : 32) : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (bits < 0 || bits > (family === 6 ? 128 : 32)) return false;
  const block = new BlockList();
  block.addSubnet(network, bits, family === 6 ? 'ipv6' : 'ipv4');
  return block.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

/** `host:port`, `[v6]:port`; a bare IPv6 address has colons and no port. */
function splitPort(entry: string): { readonly name: string; readonly only: string | undefined } {
  const match = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(entry);
  return match?.[1] === undefined ? { name: entry, only: undefined } : { name: match[1], only: match[2] };
}

function bare(host: string): string {
  return host.replace(/^\[|\](?=$|\/)/g, '').replace(/\.$/, '');
}

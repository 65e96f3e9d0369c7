import type { Agent, ClientRequest } from 'node:http';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { Environment } from './proxy-choice.ts';
import { proxyFor } from './proxy-choice.ts';
import { readTlsTrust } from './tls-trust.ts';

export type Starter = (
  url: URL,
  options: { readonly method: string; readonly headers: Readonly<Record<string, string>> },
) => ClientRequest;

/** Opens requests over kept connections, through the proxies and with the certificates that the environment names. */
export interface Connector {
  starter(url: URL): Promise<Starter>;
  close(): void;
}

// No limit on sockets: a body that is still being read must not keep the request from starting that takes it further.
const settings = { keepAlive: true, scheduling: 'lifo' } as const;

export function createConnector(environment: Environment): Connector {
  // One agent per origin: a client certificate is for the host it was laid down for and no other.
  const starters = new Map<string, Promise<Starter>>();
  const agents = new Set<Agent>();
  const keep = <Kind extends Agent>(agent: Kind): Kind => {
    agents.add(agent);
    return agent;
  };
  const open = async (url: URL): Promise<Starter> => {
    const proxyEnv = proxyFor(url, environment);
    if (url.protocol === 'http:') {
      const agent = keep(new HttpAgent({ ...settings, proxyEnv }));
      return (target, init) => httpRequest(target, { ...init, agent });
    }
    // Loaded only where it is needed: the TLS modules cost start-up time that the embedded registry never uses.
    const https = await import('node:https');
    const agent = keep(new https.Agent({ ...settings, proxyEnv, ...(await readTlsTrust(url, environment)) }));
    return (target, init) => https.request(target, { ...init, agent });
  };
  return {
    starter: (url) => {
      const starter = starters.get(url.origin) ?? open(url);
      starters.set(url.origin, starter);
      return starter;
    },
    close: () => {
      for (const agent of agents) agent.destroy();
    },
  };
}

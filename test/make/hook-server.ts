import { createServer } from 'node:http';
import type { Scope } from './folder.ts';
import { closeServer, listenOnLoopback } from './loopback.ts';

export interface HookServer {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly seen: readonly HookCall[];
  /** Called as soon as an announcement is there, before it is answered. */
  onCall: (call: HookCall) => void;
  /** What is answered: 200 and a receipt by default. */
  status: number;
  /** What the n-th is called in its answer. */
  idOf: (count: number) => string;
}

export interface HookCall {
  /** `POST /path`. */
  readonly line: string;
  readonly key: string;
  readonly announcement: Readonly<Record<string, unknown>>;
}

/** A chat that takes announcements on loopback. */
export async function startHook(scope: Scope): Promise<HookServer> {
  const seen: HookCall[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const announcement: Record<string, unknown> = JSON.parse(Buffer.concat(chunks).toString());
      const call = {
        line: `${request.method ?? ''} ${request.url ?? ''}`,
        key: String(request.headers['idempotency-key']),
        announcement,
      };
      seen.push(call);
      hook.onCall(call);
      response.writeHead(hook.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ id: hook.idOf(seen.length) }));
    });
  });
  scope.after(() => closeServer(server));
  const host = `127.0.0.1:${await listenOnLoopback(server)}`;
  const hook: HookServer = { host, seen, onCall: () => undefined, status: 200, idOf: (count) => `m${count}` };
  return hook;
}

import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Scope } from './folder.ts';
import { closeServer, listenOnLoopback } from './loopback.ts';

export interface ForgeRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Read whole. */
  readonly body: Buffer;
}

/**
 * A server on loopback as long as the scope lasts, which then must have seen no violation of the API it plays; its address,
 * `http://127.0.0.1:PORT`.
 */
export async function listenAsForge(
  scope: Scope,
  answer: (asked: ForgeRequest) => void,
  violations: () => readonly string[],
): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => answer({ request, response, body: Buffer.concat(chunks) }));
  });
  const port = await listenOnLoopback(server);
  scope.after(async () => {
    await closeServer(server);
    assert.deepEqual(violations(), []);
  });
  return `http://127.0.0.1:${port}`;
}

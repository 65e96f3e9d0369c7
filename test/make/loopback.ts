import assert from 'node:assert/strict';
import type { Server } from 'node:http';

/** Starts a server on loopback; its port, which is any that is free. */
export function listenOnLoopback(server: Server): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.on('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    resolve(address.port);
  });
  return promise;
}

/** Stops a server, whoever is still connected. */
export async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}

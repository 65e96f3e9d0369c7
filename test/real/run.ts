import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { obtainPeers } from './obtain-peers.ts';
import { peerNames, peersVariable } from './peers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const peers = await obtainPeers(join(root, 'node_modules', '.cache', 'test-real'));

for (const name of peerNames) {
  const peer = peers[name];
  console.log(
    peer.is === 'present' ? `peer: ${name} at ${peer.path}` : `not run: whatever needs ${name} (${peer.why})`,
  );
}
const told = Object.fromEntries(
  peerNames.map((name) => [name, peers[name].is === 'present' ? peers[name].path : peers[name].why]),
);
const child = spawn(process.execPath, ['--test', '--test-concurrency=1', 'test/real/*.test.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, [peersVariable]: JSON.stringify(told) },
});
const [code] = await once(child, 'exit');
process.exitCode = typeof code === 'number' ? code : 1;

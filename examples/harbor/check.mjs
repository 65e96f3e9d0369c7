// Builds harbor and tries it: the version it says, and its answer to a request. Ends with 0 if all is well.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const archs = { x64: 'amd64', arm64: 'arm64' };
const arch = process.platform === 'linux' ? archs[process.arch] : undefined;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const expected = `harbor ${readFileSync(here('version.txt'), 'utf8').trim()}\n`;

execFileSync(process.execPath, [here('build.mjs')], { stdio: 'inherit' });
if (arch === undefined) {
  console.log(`harbor is a Linux program; it was built, but cannot be tried on ${process.platform}/${process.arch}`);
} else {
  const program = here(`build/harbor-${arch}`);
  check('harbor --version', execFileSync(program, ['--version'], { encoding: 'utf8' }));
  check('an HTTP request', await ask(program));
  console.log('harbor works');
}

async function ask(program) {
  const port = await freePort();
  const server = spawn(program, [String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(server.stdout, 'data');
    return await (await fetch(`http://127.0.0.1:${port}/`)).text();
  } finally {
    server.kill();
  }
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

function check(what, found) {
  if (found === expected) return;
  console.error(`${what}: ${JSON.stringify(found)}, ${JSON.stringify(expected)} is wanted`);
  process.exit(1);
}

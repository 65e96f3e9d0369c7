// Smoke test of a built image, by digest: pulls the program for this machine out of it over the registry's HTTP
// interface, asks it for its version and for one answer over HTTP. Usage: node smoke.mjs HOST/NAME@sha256:...
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const [, host, name, digest] = /^([^/]+)\/(.+)@(sha256:[0-9a-f]{64})$/.exec(process.argv[2] ?? '') ?? [];
if (host === undefined) fail('usage: node smoke.mjs HOST/NAME@sha256:...');
const version = readFileSync(new URL('version.txt', import.meta.url), 'utf8').trim();
const accept = ['index.v1+json', 'manifest.v1+json'].map((kind) => `application/vnd.oci.image.${kind}`).join(', ');

const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
const index = JSON.parse(await fetchBytes(`manifests/${digest}`));
const own = index.manifests.find(({ platform }) => platform.architecture === architecture);
if (own === undefined) fail(`the image has nothing for ${architecture}`);
const manifest = JSON.parse(await fetchBytes(`manifests/${own.digest}`));
const layer = manifest.layers.at(-1);
const stored = await fetchBytes(`blobs/${layer.digest}`);
const program = fileOf(layer.mediaType.endsWith('gzip') ? gunzipSync(stored) : stored, 'usr/local/bin/harbor');

const folder = mkdtempSync(join(tmpdir(), 'harbor-'));
const file = join(folder, 'harbor');
writeFileSync(file, program, { mode: 0o755 });
try {
  const said = execFileSync(file, ['--version'], { encoding: 'utf8' });
  if (said !== `harbor ${version}\n`) fail(`--version says ${JSON.stringify(said)}, version.txt says ${version}`);
  const port = await freePort();
  const server = spawn(file, [String(port)]);
  try {
    const answer = await waitForAnswer(`http://127.0.0.1:${port}/`);
    if (answer !== said) fail(`it answers ${JSON.stringify(answer)} over HTTP, ${JSON.stringify(said)} is wanted`);
  } finally {
    server.kill('SIGKILL');
  }
  console.log(`harbor ${version} starts and answers`);
} finally {
  rmSync(folder, { recursive: true });
}

async function fetchBytes(path) {
  const response = await fetch(`http://${host}/v2/${name}/${path}`, { headers: { accept } });
  if (!response.ok) fail(`${path} answers ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** A file of a tar archive. */
function fileOf(tar, wanted) {
  for (let at = 0; at + 512 <= tar.length;) {
    const entry = tar.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
    const size = parseInt(tar.toString('ascii', at + 124, at + 136), 8) || 0;
    if (entry.replace(/^\.?\//, '') === wanted) return tar.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return fail(`the image has no /${wanted}`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function waitForAnswer(url) {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await new Promise((resolve) => {
      get(url, (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (piece) => (text += piece))
          .on('end', () => resolve(text));
      }).on('error', () => resolve(undefined));
    });
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return fail('it does not answer over HTTP');
}

function fail(reason) {
  console.error(`smoke test: ${reason}`);
  process.exit(1);
}

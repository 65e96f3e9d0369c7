import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { emptyEnvironment, runTool } from '../src/adapters/process/run-tool.ts';

/** The files of one platform of an image, on disk. */
export interface PulledPlatform {
  readonly architecture: string;
  /** Folder that is the root of the image. */
  readonly root: string;
  /** `config` of the image configuration. */
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Pulls all platforms of `HOST/NAME@sha256:...` into a folder, as anybody can: without a login, every blob compared with its
 * digest. A registry on this machine is spoken to in plain HTTP. Whiteouts are not known: our image has one layer.
 */
export async function pullImage(name: string, folder: string): Promise<readonly PulledPlatform[]> {
  const [, host, repository, digest] = /^([^/]+)\/(.+)@(sha256:[0-9a-f]{64})$/.exec(name) ?? [];
  if (host === undefined || repository === undefined || digest === undefined)
    throw new Error(`${JSON.stringify(name)} is no image by digest: HOST/NAME@sha256:... is wanted`);
  const scheme = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::|$)/.test(host) ? 'http' : 'https';
  const source = { address: `${scheme}://${host}/v2/${repository}`, token: undefined };
  const index = await readJson(source, `manifests/${digest}`);
  const platforms: PulledPlatform[] = [];
  for (const entry of listOf(index['manifests'])) {
    const manifest = await readJson(source, `manifests/${textOf(entry['digest'])}`);
    const image = await readJson(source, `blobs/${textOf(objectOf(manifest['config'])['digest'])}`);
    const architecture = textOf(image['architecture']);
    const root = join(folder, architecture);
    await mkdir(root);
    for (const layer of listOf(manifest['layers']))
      await unpack(source, { digest: textOf(layer['digest']), file: join(folder, 'layer'), root });
    platforms.push({ architecture, root, config: objectOf(image['config']) });
  }
  return platforms;
}

interface Source {
  readonly address: string;
  /** Of the registry, for anybody. */
  token: string | undefined;
}

async function unpack(
  source: Source,
  { digest, file, root }: { readonly digest: string; readonly file: string; readonly root: string },
): Promise<void> {
  const { body } = await ask(source, `blobs/${digest}`);
  if (body === null) throw new Error(`${digest} has no content`);
  const hash = createHash('sha256');
  const bytes = Readable.fromWeb(body);
  bytes.on('data', (chunk: Uint8Array) => hash.update(chunk));
  await pipeline(bytes, createWriteStream(file));
  requireDigest(digest, hash.digest('hex'));
  const { exitCode, stderr } = await runTool({
    command: 'tar',
    args: ['-xf', file, '-C', root],
    env: emptyEnvironment(),
  });
  if (exitCode !== 0) throw new Error(`tar ends with ${exitCode}: ${stderr}`);
  await rm(file);
}

async function readJson(source: Source, path: string): Promise<Readonly<Record<string, unknown>>> {
  const bytes = new Uint8Array(await (await ask(source, path)).arrayBuffer());
  requireDigest(path.slice(path.indexOf('/') + 1), createHash('sha256').update(bytes).digest('hex'));
  return objectOf(JSON.parse(Buffer.from(bytes).toString('utf8')));
}

const accept = ['index', 'manifest'].map((kind) => `application/vnd.oci.image.${kind}.v1+json`).join(', ');

async function ask(source: Source, path: string): Promise<Response> {
  const url = `${source.address}/${path}`;
  const get = (): Promise<Response> =>
    fetch(url, {
      headers: { accept, ...(source.token === undefined ? {} : { authorization: `Bearer ${source.token}` }) },
    });
  const first = await get();
  if (first.status !== 401 || source.token !== undefined) return requireOk(first, path);
  await first.body?.cancel();
  source.token = await anonymousToken(first.headers.get('www-authenticate') ?? '');
  return requireOk(await get(), path);
}

/** The token that a registry gives to whoever asks (distribution, "Token Authentication"). */
async function anonymousToken(challenge: string): Promise<string> {
  const field = (name: string): string => new RegExp(`[ ,]${name}="([^"]*)"`, 'i').exec(challenge)?.[1] ?? '';
  const realm = field('realm');
  if (!/^bearer /i.test(challenge) || realm === '')
    throw new Error('The registry wants a login, and the gate has none');
  const url = new URL(realm);
  url.searchParams.set('service', field('service'));
  url.searchParams.set('scope', field('scope'));
  const answer = objectOf(await requireOk(await fetch(url), 'a token').json());
  return textOf(answer['token'] ?? answer['access_token']);
}

function requireOk(response: Response, path: string): Response {
  if (response.ok) return response;
  throw new Error(`The registry answers ${response.status} for ${path}: is the image there for everybody?`);
}

function requireDigest(digest: string, found: string): void {
  if (digest !== `sha256:${found}`) throw new Error(`${digest} has other bytes: sha256:${found}`);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error('The image is damaged: a text is missing');
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.map(objectOf);
  throw new Error('The image is damaged: a list is missing');
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error('The image is damaged: an object is missing');
  return Object.fromEntries(Object.entries(value));
}

import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { emptyEnvironment } from '../src/adapters/process/run-tool.ts';
import { succeed } from './succeed.ts';

export const peerNames = ['skopeo', 'docker-registry', 'buildah', 'crane', 'regctl'] as const;
export type PeerName = (typeof peerNames)[number];

/** Where each program is, or why it is not there. */
export type Peers = Readonly<Record<PeerName, Peer>>;
export type Peer = { readonly is: 'present'; readonly path: string } | { readonly is: 'missing'; readonly why: string };

/** Built from source, and only where that was asked for: it loads modules and takes minutes. */
const goModules = {
  crane: 'github.com/google/go-containerregistry/cmd/crane@v0.22.1',
  regctl: 'github.com/regclient/regclient/cmd/regctl@v0.11.7',
} as const;

/** Looks on the path, and where `npm run test:real` and an earlier bench leave what they fetched or built. */
export async function findPeers(root: string, tell: (text: string) => void): Promise<Peers> {
  const cache = join(root, 'node_modules', '.cache');
  const built = join(cache, 'bench', 'bin');
  return {
    skopeo: await findPeer('skopeo', [join(cache, 'test-real', 'skopeo', 'usr', 'bin')]),
    'docker-registry': await findPeer('docker-registry', [join(cache, 'test-real', 'docker-registry', 'usr', 'bin')]),
    buildah: await findPeer('buildah', []),
    crane: await findOrBuild('crane', { built, tell }),
    regctl: await findOrBuild('regctl', { built, tell }),
  };
}

async function findPeer(name: PeerName, folders: readonly string[]): Promise<Peer> {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), ...folders]) {
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return { is: 'present', path };
  }
  return { is: 'missing', why: `${name} is not installed` };
}

async function findOrBuild(
  name: keyof typeof goModules,
  { built, tell }: { readonly built: string; readonly tell: (text: string) => void },
): Promise<Peer> {
  const found = await findPeer(name, [built]);
  if (found.is === 'present') return found;
  if (process.env['CUTWATER_TEST_BUILD'] !== '1')
    return { is: 'missing', why: `${name} is not installed; CUTWATER_TEST_BUILD=1 builds it` };
  tell(`building ${goModules[name]}`);
  const own = Object.entries(process.env).filter(([key]) => /^(?:HOME|GO\w*|https?_proxy|no_proxy)$/i.test(key));
  const env = {
    ...emptyEnvironment(),
    ...Object.fromEntries(own.map(([key, value]) => [key, value ?? ''])),
    GOBIN: built,
  };
  try {
    await succeed({ command: 'go', args: ['install', goModules[name]], env, timeoutSeconds: 900 });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n').at(-1) : String(error);
    return { is: 'missing', why: `${name} could not be built: ${reason ?? ''}` };
  }
  return findPeer(name, [built]);
}

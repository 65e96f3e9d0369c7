import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyEnvironment, runTool } from '../../src/adapters/process/run-tool.ts';
import type { Peer } from './peers.ts';

const suiteModule = 'github.com/opencontainers/distribution-spec/conformance';
/** The suite has no releases of its own: this is a commit of its default branch. */
export const suiteVersion = 'v0.0.0-20260831232431-97274622c111';

/** Finds the suite in our cache, or lets the Go on this machine build it there: some seconds, once. */
export async function obtainConformance(): Promise<Peer> {
  const cache = fileURLToPath(new URL('../../node_modules/.cache/test-real/conformance', import.meta.url));
  const folder = join(cache, suiteVersion);
  const path = join(folder, 'conformance');
  if (await isThere(path)) return { is: 'present', path };
  const why = await reasonAgainstGo();
  if (why !== undefined) return { is: 'missing', why };
  await mkdir(folder, { recursive: true });
  const built = await runTool({
    command: 'go',
    args: ['install', '-modcacherw', '--', `${suiteModule}@${suiteVersion}`],
    cwd: folder,
    env: { ...goEnvironment(), GOBIN: folder, GOPATH: join(cache, 'go'), GOCACHE: join(cache, 'build') },
    timeoutSeconds: 300,
  });
  if (await isThere(path)) return { is: 'present', path };
  const said = built.stderr.trim().split('\n').at(-1) ?? '';
  return { is: 'missing', why: `go install failed${built.timedOut ? ' (time limit)' : ''}: ${said}` };
}

async function reasonAgainstGo(): Promise<string | undefined> {
  const asked = await runTool({ command: 'go', args: ['env', 'GOVERSION'], env: goEnvironment() }).catch(
    () => undefined,
  );
  if (asked === undefined) return 'there is no Go to build the suite with';
  const version = Buffer.from(asked.stdout).toString('utf8').trim();
  const [, major = '0', minor = '0'] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 1 || Number(minor) >= 24 ? undefined : `the suite needs Go 1.24, this is ${version}`;
}

/** What Go needs to find modules, never a newer Go: the machine's own must do. */
function goEnvironment(): Record<string, string> {
  const passed = Object.entries(process.env).filter(([name]) =>
    /^(?:GOPROXY|GOSUMDB|GONOSUMDB|HOME|SSL_CERT_FILE|(?:https?|no)_proxy)$/i.test(name),
  );
  return {
    ...emptyEnvironment(),
    ...Object.fromEntries(passed.map(([name, value]) => [name, value ?? ''])),
    GOTOOLCHAIN: 'local',
  };
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

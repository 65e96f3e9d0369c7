// One release in a process of its own that kills itself (SIGKILL) right before its Nth effect.
// Usage: node killed-release.ts VERSION N. With N = 0 it ends by itself and prints how many effects there were.
import { openReleaseProject } from '../../src/cli/compose-release.ts';
import { readVersion } from '../../src/domain/version.ts';
import { release } from '../../src/engine/release.ts';
import { silentContext } from '../make/silent-context.ts';

const [version = '', count = '0'] = process.argv.slice(2);
const killAt = Number(count);
const project = await openReleaseProject(silentContext({ folder: process.cwd(), env: process.env }));
let effects = 0;
const { repository, forge } = project.world;
await release(
  {
    ...project.world,
    repository: deadly(repository, ['writeManifest', 'writeBlob', 'writeReferrer', 'mountBlob']),
    forge: deadly(forge, ['createDraft', 'uploadAsset', 'publish', 'updateNotes', 'setLatest']),
  },
  project.loaded,
  readVersion(version),
);
await project.close();
process.stdout.write(`${effects}\n`);

/** The same object, but its effects are counted, and the one that is asked for kills the process before it happens. */
function deadly<Port extends object>(port: Port, methods: readonly (keyof Port & string)[]): Port {
  const names: readonly string[] = methods;
  return new Proxy(port, {
    get(target, name, receiver) {
      const found: unknown = Reflect.get(target, name, receiver);
      if (typeof name !== 'string' || !names.includes(name) || typeof found !== 'function') return found;
      return (...args: unknown[]): unknown => {
        effects += 1;
        if (effects === killAt) process.kill(process.pid, 'SIGKILL');
        return Reflect.apply(found, target, args);
      };
    },
  });
}

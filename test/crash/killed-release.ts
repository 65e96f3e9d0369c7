// One release in a process of its own that kills itself (SIGKILL) right before its Nth effect.
// Usage: node killed-release.ts VERSION N. With N = 0 it ends by itself and prints its effects, one a line.
import { openReleaseProject } from '../../src/cli/compose-release.ts';
import { readVersion } from '../../src/domain/version.ts';
import { release } from '../../src/engine/release/release.ts';
import { silentContext } from '../make/silent-context.ts';
import { deadly, forgeEffects, registryEffects } from './deadly.ts';

const [version = '', count = '0'] = process.argv.slice(2);
const project = await openReleaseProject(silentContext({ folder: process.cwd(), env: process.env }));
const counter = deadly(Number(count));
const { repository, companions, forge } = project.world;
await release(
  {
    ...project.world,
    repository: counter.watch(repository, registryEffects),
    companions: companions.map((place) => ({
      ...place,
      repository: counter.watch(place.repository, registryEffects),
    })),
    forge: counter.watch(forge, forgeEffects),
  },
  project.loaded,
  readVersion(version),
);
await project.close();
process.stdout.write(counter.effects());

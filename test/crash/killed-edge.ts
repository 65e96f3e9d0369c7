// One build of the default branch in a process of its own that kills itself (SIGKILL) right before its Nth effect.
// Usage: node killed-edge.ts N. With N = 0 it ends by itself and prints its effects, one a line.
import { openReleaseProject } from '../../src/cli/compose-release.ts';
import { publishEdge } from '../../src/engine/edge/edge.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';
import { silentContext } from '../make/silent-context.ts';
import { deadly, registryEffects } from './deadly.ts';

const [count = '0'] = process.argv.slice(2);
const project = await openReleaseProject(silentContext({ folder: process.cwd(), env: process.env }));
const counter = deadly(Number(count));
const watch = (watched: ImageRepository): ImageRepository => counter.watch(watched, registryEffects);
const repository = watch(project.world.repository);
const companions = project.world.companions.map((place) => ({ ...place, repository: watch(place.repository) }));
await publishEdge({ ...project.world, now: 1_772_368_000, repository, companions }, project.loaded);
await project.close();
process.stdout.write(counter.effects());

// One platform of a release, built in a process of its own that kills itself (SIGKILL) right before its Nth effect.
// Usage: node killed-build.ts VERSION PLATFORM N. With N = 0 it ends by itself and prints its effects, one a line.
import { openReleaseProject } from '../../src/cli/compose-release.ts';
import { parsePlatform } from '../../src/domain/platform.ts';
import { readVersion } from '../../src/domain/version.ts';
import { buildParts } from '../../src/engine/release/build-parts.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';
import { silentContext } from '../make/silent-context.ts';
import { deadly, registryEffects } from './deadly.ts';

const [version = '', name = '', count = '0'] = process.argv.slice(2);
const platform = parsePlatform(name);
if (platform.is === 'refused') throw new Error(`${name} ${platform.reason}`);
const project = await openReleaseProject(silentContext({ folder: process.cwd(), env: process.env }));
const counter = deadly(Number(count));
const watch = (watched: ImageRepository): ImageRepository => counter.watch(watched, registryEffects);
const repository = watch(project.world.repository);
const companions = project.world.companions.map((place) => ({ ...place, repository: watch(place.repository) }));
const world = { ...project.world, repository, companions };
await buildParts(world, project.loaded, { version: readVersion(version), platform: platform.value });
await project.close();
process.stdout.write(counter.effects());

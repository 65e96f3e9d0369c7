// One release in a process of its own that kills itself (SIGKILL) right before its Nth effect.
// Usage: node killed-release.ts VERSION N [all|forge]. With N = 0 it ends by itself and prints how many effects there were.
import { openReleaseProject } from '../../src/cli/compose-release.ts';
import { readVersion } from '../../src/domain/version.ts';
import { release } from '../../src/engine/release/release.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';
import { silentContext } from '../make/silent-context.ts';
import { deadly } from './deadly.ts';

const [version = '', count = '0', counted = 'all'] = process.argv.slice(2);
const project = await openReleaseProject(silentContext({ folder: process.cwd(), env: process.env }));
const counter = deadly(Number(count));
const { repository, companions, forge } = project.world;
const watch = (watched: ImageRepository): ImageRepository =>
  counter.watch(watched, ['writeManifest', 'writeTags', 'writeBlob', 'writeReferrer', 'mountBlob']);
await release(
  {
    ...project.world,
    ...(counted === 'forge'
      ? {}
      : {
          repository: watch(repository),
          companions: companions.map((place) => ({ ...place, repository: watch(place.repository) })),
        }),
    forge: counter.watch(forge, ['createDraft', 'uploadAsset', 'publish', 'updateNotes', 'setLatest']),
  },
  project.loaded,
  readVersion(version),
);
await project.close();
process.stdout.write(`${counter.effects()}\n`);

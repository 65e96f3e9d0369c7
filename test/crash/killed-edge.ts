// One build of the default branch in a process of its own that kills itself (SIGKILL) right before its Nth effect.
// Usage: node killed-edge.ts N. With N = 0 it ends by itself and prints how many effects there were.
import { openReleaseProject } from '../../src/cli/compose-release.ts';
import { publishEdge } from '../../src/engine/edge/edge.ts';
import { silentContext } from '../make/silent-context.ts';
import { deadly } from './deadly.ts';

const [count = '0'] = process.argv.slice(2);
const project = await openReleaseProject(silentContext({ folder: process.cwd(), env: process.env }));
const counter = deadly(Number(count));
const methods = ['writeManifest', 'writeTags', 'writeBlob', 'writeReferrer', 'mountBlob'] as const;
const repository = counter.watch(project.world.repository, methods);
await publishEdge({ ...project.world, now: 1_772_368_000, repository }, project.loaded);
await project.close();
process.stdout.write(`${counter.effects()}\n`);

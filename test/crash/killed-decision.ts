// One withdrawal or restore, pushed, in a process of its own that kills itself (SIGKILL) right before its Nth effect.
// Usage: node killed-decision.ts withdraw|restore VERSION REASON N. With N = 0 it ends by itself and prints its effects,
// one a line.
import { openDecideProject } from '../../src/cli/compose-decide.ts';
import { readVersion } from '../../src/domain/version.ts';
import { carryOut } from '../../src/engine/pointers/carry-out.ts';
import { restore, withdraw } from '../../src/engine/withdrawal/withdraw.ts';
import { silentContext } from '../make/silent-context.ts';
import { deadly, forgeEffects, registryEffects } from './deadly.ts';

const [act = '', text = '', reason = '', count = '0'] = process.argv.slice(2);
const project = await openDecideProject(silentContext({ folder: process.cwd(), env: process.env }));
const counter = deadly(Number(count));
const { repository, forge, git, workingCopy, branchWriter } = project.world;
const world = {
  ...project.world,
  repository: counter.watch(repository, registryEffects),
  forge: counter.watch(forge, forgeEffects),
  git: counter.watch(git, ['createSignedTag', 'pushTag']),
  workingCopy: counter.watch(workingCopy, ['writeFile', 'commitFiles', 'pushBranch']),
  branchWriter: counter.watch(branchWriter, ['commitFile', 'createBranch']),
};
const request = { version: readVersion(text), reason, push: true };
if (act === 'restore') {
  const { made, decision } = await restore(world, project.loaded, request);
  await carryOut(world, project.loaded, { made, decision, push: true });
} else {
  const wanted = { ...request, aliases: 'move', useInstead: undefined } as const;
  const { made, decision } = await withdraw(world, project.loaded, wanted);
  await carryOut(world, project.loaded, { made: [made], decision, push: true });
}
await project.close();
process.stdout.write(counter.effects());

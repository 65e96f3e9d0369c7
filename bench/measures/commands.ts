import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writePublishedHistory } from '../fixtures/published-history.ts';
import type { TagHistory } from '../fixtures/tag-history.ts';
import { makeTagHistory } from '../fixtures/tag-history.ts';
import type { Task } from '../measure.ts';
import { measureInTurn, measureRun } from '../measure.ts';
import type { Result } from '../result.ts';
import type { Stage } from '../stage.ts';
import { node } from './start-up.ts';

const sizes = [100, 1000, 10_000] as const;
/** So many of the highest versions are published: more than `status` judges one by one. */
const publishedReleases = 20;
/** Up to this many tags a history is also measured with every one of its releases published. */
const wholeHistories = 1000;
const limit = 3;
const budgeted = `plan, ${publishedReleases} published`;

/**
 * `audit`, `plan` and `status` of a repository with many signed tags, against what nobody can do without: one
 * `git for-each-ref` of it and one start of Node.
 */
export async function measureCommands(stage: Stage): Promise<readonly Result[]> {
  const results: Result[] = [];
  const plans = new Map<number, number>();
  for (const size of sizes) {
    stage.tell(`${size} tags`);
    const history = await makeTagHistory(join(stage.folder, `history-${size}`), size);
    const tasks = await commandTasks(stage, history);
    const medians = await measureInTurn(
      {
        git: () =>
          measureRun({ command: 'git', args: ['-C', history.folder, 'for-each-ref'], env: history.environment }),
        node: () => node(['-e', '0']),
        ...tasks,
      },
      { rounds: stage.rounds },
    );
    const peer = { name: 'git for-each-ref + node -e 0', value: medians('git').wall + medians('node').wall };
    plans.set(size, medians(budgeted).wall);
    for (const name of Object.keys(tasks)) {
      const budget = name === budgeted && size === 1000 ? limit : undefined;
      const measure = `${size} tags: ${name}`;
      results.push({ is: 'measured', measure, unit: 'ms', ours: medians(name).wall, peer, budget });
    }
  }
  return [...results, linear(plans)];
}

/** Ten times the tags may take ten times as long, and should take less: most of a short run is the start. */
function linear(plans: ReadonlyMap<number, number>): Result {
  const measure = '10000 tags: plan is linear';
  const [few, many] = [plans.get(1000), plans.get(10_000)];
  if (few === undefined || many === undefined) return { is: 'not-measured', measure, why: 'a size is missing' };
  return {
    is: 'measured',
    measure,
    unit: 'ms',
    ours: many,
    peer: { name: '10 x that of 1000', value: 10 * few },
    budget: 1,
  };
}

async function commandTasks(stage: Stage, history: TagHistory): Promise<Readonly<Record<string, Task>>> {
  const { folder, environment, releases } = history;
  const cutwater = (command: string, data: string): Task => {
    const args = [stage.program, '--plain', '--repo', folder, command];
    return () => node(args, { ...environment, CUTWATER_DATA: data });
  };
  const some = join(stage.folder, `data-${releases.length}`);
  await mkdir(some);
  await writePublishedHistory({ ...history, releases: releases.slice(-publishedReleases) }, some);
  const tasks = {
    audit: cutwater('audit', some),
    [budgeted]: cutwater('plan', some),
    [`status, ${publishedReleases} published`]: cutwater('status', some),
  };
  if (releases.length > wholeHistories) return tasks;
  const all = join(stage.folder, `data-all-${releases.length}`);
  await mkdir(all);
  await writePublishedHistory(history, all);
  return { ...tasks, 'plan, all published': cutwater('plan', all), 'status, all published': cutwater('status', all) };
}

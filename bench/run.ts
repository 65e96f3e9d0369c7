import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../tools/run-check.ts';
import type { Circumstances } from './document.ts';
import { describe, withResults } from './document.ts';
import { measureAliases } from './measures/aliases.ts';
import { measureBuilders } from './measures/builders.ts';
import { measureCommands } from './measures/commands.ts';
import { measureExtraction } from './measures/extraction.ts';
import { measureLargeImage } from './measures/large-image.ts';
import { measureStartUp } from './measures/start-up.ts';
import type { Result } from './result.ts';
import { verdictOf } from './result.ts';
import type { Stage } from './stage.ts';
import { openStage } from './stage.ts';
import { succeed } from './succeed.ts';
import { renderResults } from './table.ts';

const measures: Readonly<Record<string, (stage: Stage) => Promise<readonly Result[]>>> = {
  'start-up': measureStartUp,
  commands: measureCommands,
  aliases: measureAliases,
  'large-image': measureLargeImage,
  extraction: measureExtraction,
  builders: measureBuilders,
};

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: Object.keys(measures) },
    rounds: { type: 'string', default: '5' },
    mib: { type: 'string', default: '1024' },
  },
});

const about = await lookAround();
const stage = await openStage({
  root: repositoryRoot,
  tell: (text) => console.error(text),
  imageBytes: Number(values.mib) * 1024 ** 2,
  rounds: Number(values.rounds),
});
try {
  const results = await measureAll(values.only);
  const judged = results.map((result) => ({ ...result, verdict: verdictOf(result) }));
  if (values.json) console.log(JSON.stringify({ schema: 'cutwater.bench/1', ...about, results: judged }, null, 2));
  else console.log(`${describe(about)}\n\n${renderResults(results)}`);
  if (values.write) await writePage(results);
} finally {
  await stage.remove();
}

async function measureAll(names: readonly string[]): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const name of names) {
    const measure = measures[name];
    if (measure === undefined)
      throw new Error(`There is no measure ${name}; there are ${Object.keys(measures).join(', ')}`);
    stage.tell(name);
    results.push(...(await measure(stage)));
  }
  return results;
}

async function writePage(results: readonly Result[]): Promise<void> {
  const file = join(repositoryRoot, 'docs', 'bench.md');
  await writeFile(file, withResults(await readFile(file, 'utf8'), results, about));
}

async function lookAround(): Promise<Circumstances> {
  return {
    date: new Date(),
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    load: loadavg()[0] ?? 0,
    node: process.version,
    git: (await succeed({ command: 'git', args: ['--version'] })).trim(),
  };
}

import { resolve } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-catalogue.ts';
import type { ExitCode } from '../../domain/error-catalogue.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { acts, playAct } from '../rehearsal/acts.ts';
import { setStage } from '../rehearsal/stage.ts';
import { writeJson } from '../render/json.ts';
import { renderTable } from '../render/table.ts';
import { paint } from '../render/terminal.ts';

/** `cutwater rehearse` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const { stdout, terminal, signal, options } = context;
  const asked = input.text('keep');
  const keep = asked === undefined ? undefined : resolve(context.cwd, asked);
  const say = (text: string): void => {
    if (!options.json) stdout.write(`${text}\n`);
  };
  const started = performance.now();
  const stage = await setStage(keep);
  const played: { title: string; verdict: string }[] = [];
  try {
    say(`A maintainer, a git server, a CI runner, a registry and a release page, all in ${stage.folder}.`);
    say(
      `The maintainer signs with ${stage.keyKind === 'openpgp' ? 'OpenPGP (gpg)' : 'SSH'}, CI with a key of its own. Both were just made.`,
    );
    for (const [index, act] of acts.entries()) {
      if (signal.aborted) throw new CutwaterError('INTERRUPTED', 'Cannot finish the rehearsal: it was stopped');
      say(`\n${paint(terminal, 'bold', `Act ${index + 1}: ${act.title}`)}\n${wrap(act.story, terminal.columns)}\n`);
      const { verdict, aliases } = await playAct(stage, act);
      played.push({ title: act.title, verdict });
      const rows = aliases.map(({ name, version, digest }) => [name, version, digest.slice(0, 19)]);
      const table = renderTable([{ title: 'alias' }, { title: 'version' }, { title: 'digest' }], rows, terminal);
      say(table.length === 0 ? '  (no alias yet)' : table.map((line) => `  ${line}`).join('\n'));
      say(`\n  verify ${act.verifies}: ${verdict}`);
    }
    const seconds = (performance.now() - started) / 1000;
    if (options.json) writeJson(stdout, { schema: 'cutwater.rehearsal/1', acts: played, seconds });
    say(`\n${paint(terminal, 'bold', `All ${acts.length} acts went as they should, in ${seconds.toFixed(1)} s.`)}\n`);
    say(closing(keep));
    return exitCodes.done;
  } finally {
    await stage.remove();
  }
}

function closing(keep: string | undefined): string {
  const look =
    keep === undefined
      ? [
          '  cutwater rehearse --keep DIR     do it again and look at the repository, the registry and the release pages',
        ]
      : [
          `  cd ${keep}/maintainer && export CUTWATER_DATA=${keep}/published`,
          '  cutwater status                  the whole project on one page',
          '  cutwater plan 0.6.0              what a next release would do',
          '  cutwater registry serve          then pull with skopeo, oras or docker',
        ];
  return [
    'What to try next:',
    ...look,
    '  cutwater audit --repo DIR        what latest did in the history of your own project',
    '  cutwater init                    a policy for your own project',
  ].join('\n');
}

function wrap(text: string, columns: number): string {
  const width = Math.max(40, Math.min(columns, 100));
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

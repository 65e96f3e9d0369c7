import type { Act, ActOutcome } from '../rehearsal/act.ts';
import type { Stage } from '../rehearsal/stage.ts';
import type { Terminal } from './terminal.ts';
import { paint } from './terminal.ts';

/** Who is on the stage. */
export function opening(stage: Stage, terminal: Terminal): string {
  const signs = stage.keyKind === 'openpgp' ? 'OpenPGP (gpg)' : 'SSH';
  const cast = `Mara is the maintainer and signs with ${signs}. CI has a key of its own and fresh clones. Git server, registry and release pages are real, and in this folder.`;
  return `${wrap(cast, terminal)}\n  ${stage.folder}`;
}

/** `number`: its place among all acts, where all are shown. */
export function actHeading(act: Act, number: number | undefined, terminal: Terminal): string {
  const title = paint(terminal, 'bold', number === undefined ? act.title : `${number}. ${act.title}`);
  return `\n${title}\n${wrap(act.story, terminal)}`;
}

/** An act that only sets the stage. */
export function unseen(act: Act, terminal: Terminal): string {
  return paint(terminal, 'dim', `  before that, unseen: ${act.title}`);
}

/** A run of Cutwater as it would be typed. */
export function commandLine(who: string, args: readonly string[], terminal: Terminal): string {
  const words = args.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`));
  return `${paint(terminal, 'dim', `${who.padStart(6)}$`)} ${paint(terminal, 'cyan', `cutwater ${words.join(' ')}`)}`;
}

/** What came of it. */
export function actOutcome({ facts, verdict, aliases }: ActOutcome): string {
  const now = aliases
    .map(({ name, version, isWithdrawn }) => `${name} -> ${version}${isWithdrawn ? ' (withdrawn)' : ''}`)
    .join(', ');
  const lines = [...facts, `aliases: ${now === '' ? 'none yet' : now}`, ...(verdict === undefined ? [] : [verdict])];
  return lines.map((line) => `        ${line}`.trimEnd()).join('\n');
}

export function closing(
  done: { readonly acts: number; readonly seconds: number; readonly keep: string | undefined },
  terminal: Terminal,
): string {
  const acts = done.acts === 1 ? 'The act' : `All ${done.acts} acts`;
  const verdict = `${acts} went as ${done.acts === 1 ? 'it' : 'they'} should, in ${done.seconds.toFixed(1)} s.`;
  const look =
    done.keep === undefined
      ? ['  cutwater rehearse --keep DIR     again, and look at the repository, the registry and the release pages']
      : [
          `  cd ${done.keep}/maintainer && export CUTWATER_DATA=${done.keep}/published`,
          '  cutwater status                  the whole project on one page',
          '  cutwater registry serve          then pull with skopeo, oras or docker',
        ];
  return [
    `\n${paint(terminal, 'bold', verdict)}\n`,
    'What to try next:',
    ...look,
    '  cutwater rehearse --list         single acts to watch',
    '  cutwater audit --repo DIR        what latest did in the history of your own project',
    '  cutwater init                    a policy for your own project',
  ].join('\n');
}

function wrap(text: string, terminal: Terminal): string {
  const width = Math.max(40, Math.min(terminal.columns, 100));
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

import type { AnnouncePolicy } from '../../policy/announce-schema.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Block } from './document.ts';
import { commands, say } from './document.ts';
import type { Inline } from './inline.ts';
import { code, enumerate, prose } from './inline.ts';
import { sh } from './shell.ts';

/** How users hear of a version: of a release, and later of its withdrawal. */
export function announcing(policy: Policy): readonly Block[] {
  const { announce } = policy;
  if (announce.length === 0)
    return [
      say(prose`The rules name no channel under ${code('announce')}, so a person tells users, where they read about this
        project.`),
    ];
  return [
    say(prose`On these channels. What was told once is recorded beside the release, and no run tells it again:`),
    { kind: 'table', head: ['Channel', 'Where', 'What', 'When'], rows: announce.map(channelRow) },
    commands('ci', sh`cutwater announce "$VERSION"`),
  ];
}

function channelRow(channel: AnnouncePolicy): readonly Inline[] {
  const classes = { rc: 'candidates', stable: 'stable releases' };
  return [
    prose`${channel.name}`,
    placeOf(channel),
    enumerate(channel.classes.map((name) => prose`${classes[name]}`)),
    channel.auto ? prose`by itself, at the end of a release` : prose`when the command is run`,
  ];
}

function placeOf(channel: AnnouncePolicy): Inline {
  switch (channel.kind) {
    case 'file':
    case 'atom':
      return code(channel.path);
    case 'webhook':
      return prose`${code(channel.host)}, by ${code(channel.urlVariable)}`;
    case 'discord':
      return prose`Discord, by ${code(channel.urlVariable)}`;
    case 'slack':
      return prose`Slack, by ${code(channel.urlVariable)}`;
    case 'mastodon':
      return prose`Mastodon at ${code(channel.host)}, by ${code(channel.tokenVariable)}`;
    case 'discussions':
      return prose`discussions of ${code(channel.repository)}, category ${code(channel.category)}`;
  }
}

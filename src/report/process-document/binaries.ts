import { formatPlatform } from '../../domain/platform.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { binariesOf } from '../../policy/binaries-of.ts';
import { fillPlaceholders } from '../../policy/placeholder.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Chapter } from './document.ts';
import { commands, say } from './document.ts';
import { code, enumerate, prose } from './inline.ts';
import { imageOf } from './project-names.ts';
import { sh } from './shell.ts';

/** The files attached to a release besides the image; nothing where the policy names none. */
export function binaries(policy: Policy): readonly Chapter[] {
  if (policy.binaries.length === 0) return [];
  const { build } = imageOf(policy);
  const isOne = policy.binaries.every(({ image }) => image === undefined);
  const rows = policy.images.flatMap(({ name, platforms }) =>
    binariesOf(policy, name).flatMap((binary) =>
      platforms.map((platform) => [
        code(fillPlaceholders(binary.name, platform)),
        prose`${formatPlatform(platform)}`,
        ...(isOne ? [] : [code(formatImageName(name))]),
        code(binary.path),
      ]),
    ),
  );
  const claimed = policy.binaries.filter((binary) => binary.static);
  const from = !isOne
    ? prose`the images' builds`
    : build.kind === 'dockerfile'
      ? prose`the stages of ${code(build.dockerfile)}`
      : prose`the image's build`;
  return [
    {
      title: 'Binaries',
      blocks: [
        say(prose`For those who want no container, each release carries files that were built in ${from} and taken out
          of the published ${isOne ? 'image' : 'images'}, byte for byte. A release has all of them, or it does not happen:`),
        { kind: 'table', head: ['File', 'Platform', ...(isOne ? [] : ['Image']), 'Path in the image'], rows },
        ...(claimed.length === 0
          ? []
          : [
              say(prose`${enumerate(claimed.map(({ name }) => code(name)))} must be static: a file with an interpreter
                or a dynamic section stops the release.`),
            ]),
        commands('look', sh`file ${exampleOf(policy)}`, sh`./${exampleOf(policy)} --version`),
      ],
      steps: [],
    },
  ];
}

function exampleOf(policy: Policy): string {
  const [binary] = policy.binaries;
  const image = policy.images.find(({ name }) => binary !== undefined && binariesOf(policy, name).includes(binary));
  const [platform] = image?.platforms ?? [];
  return binary === undefined || platform === undefined ? '' : fillPlaceholders(binary.name, platform);
}

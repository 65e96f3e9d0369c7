import { formatImageName } from '../../domain/image-name.ts';
import { formatPlatform } from '../../domain/platform.ts';
import type { ImagePolicy, Policy } from '../../policy/policy.ts';
import type { Inline } from './inline.ts';
import { code, enumerate } from './inline.ts';
import type { ShellLine } from './shell.ts';
import { sh } from './shell.ts';

/** The first image of a project: the one that decides. */
export function imageOf(policy: Policy): ImagePolicy {
  const [image] = policy.images;
  if (image === undefined) throw new Error('A policy without an image passed the checks');
  return image;
}

/** Whether the images lie in a folder that Cutwater serves itself. */
export function isEmbedded(policy: Policy): boolean {
  return imageOf(policy).name.registry === 'embedded';
}

/** `IMAGE=...`: the name that other programs pull by. */
export function imageVariable(policy: Policy): ShellLine {
  const { name } = imageOf(policy);
  return isEmbedded(policy) ? sh`IMAGE=127.0.0.1:5000/${name.repository}` : sh`IMAGE=${formatImageName(name)}`;
}

/** An option of skopeo: the registry that Cutwater serves has no certificate. */
export function withoutTls(policy: Policy): ShellLine {
  return isEmbedded(policy) ? sh` --tls-verify=false` : sh``;
}

export function platformsOf({ platforms }: ImagePolicy): Inline {
  return enumerate(platforms.map((platform) => code(formatPlatform(platform))));
}

/** The aliases of a version, as the policy has them: latest, X and X.Y. */
export function aliasNames(): Inline {
  return enumerate([code('latest'), code('X'), code('X.Y')]);
}

/** The classes of releases, as the page calls them. */
export const classNames = { rc: 'candidates', stable: 'stable releases', hotfix: 'hotfixes' } as const;

/** `1 h 30 min`. */
export function duration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'min'],
    [seconds % 60, 's'],
  ] as const;
  return parts.flatMap(([count, unit]) => (count === 0 ? [] : [`${count} ${unit}`])).join(' ');
}

function hours(seconds: number): string {
  const count = Math.floor(seconds / 3600);
  return `${count} ${count === 1 ? 'hour' : 'hours'}`;
}

/** `36 hours`, `14 days`. */
export function ageOf(seconds: number): string {
  const days = seconds / 86_400;
  if (!Number.isInteger(days)) return hours(seconds);
  return `${days} ${days === 1 ? 'day' : 'days'}`;
}

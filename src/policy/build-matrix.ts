import type { Platform } from '../domain/platform.ts';
import { formatPlatform } from '../domain/platform.ts';
import type { CiSystem } from './ci-schema.ts';
import type { Policy } from './policy.ts';

/** One job that builds one platform. */
export interface PlatformJob {
  /** `os/architecture[/variant]`. */
  readonly platform: string;
  /** Label of a machine of that kind. */
  readonly runner: string;
}

type Architecture = 'amd64' | 'arm64';

/**
 * The jobs that build a platform each before one job publishes; none where one job is to build all. A platform has a job where
 * the policy names a runner for it, and on GitHub by itself where a Dockerfile would be emulated. Whatever has no job is
 * built where it is published.
 */
export function buildMatrix(policy: Policy): readonly PlatformJob[] {
  const { ci, images } = policy;
  const main = mainRunner(policy);
  const platforms = new Map(
    images.flatMap((image) => image.platforms.map((platform) => [formatPlatform(platform), platform] as const)),
  );
  const compiled = new Set(
    images.flatMap((image) => (image.build.kind === 'dockerfile' ? image.platforms.map(formatPlatform) : [])),
  );
  const named = Object.keys(ci.runners).some((name) => platforms.has(name));
  const jobs = [...platforms].flatMap(([name, platform]): readonly PlatformJob[] => {
    const runner = ci.runners[name] ?? (named || compiled.has(name) ? usualRunner(policy, platform) : undefined);
    return runner === undefined ? [] : [{ platform: name, runner }];
  });
  // Where all would run on machines of one kind, they gain nothing.
  return jobs.some(({ runner }) => runner !== main) ? jobs : [];
}

/** Platforms that `ci.runners` names and no image has. */
export function idleRunners({ ci, images }: Policy): readonly string[] {
  const platforms = new Set(images.flatMap((image) => image.platforms.map(formatPlatform)));
  return Object.keys(ci.runners).filter((name) => !platforms.has(name));
}

/** The architecture of the machine that publishes, as far as its label tells. */
export function mainArchitecture({ ci }: Policy): Architecture {
  return /(?:^|[._-])(?:arm(?:64)?|aarch64)(?:$|[._-])/i.test(ci.runner ?? '') ? 'arm64' : 'amd64';
}

/** Label of the machine that publishes; undefined on GitLab, where any takes a job that asks for none. */
export function mainRunner({ ci }: Policy): string | undefined {
  return ci.runner ?? (ci.system === undefined ? undefined : usual[ci.system]);
}

const usual: Readonly<Record<CiSystem, string | undefined>> = {
  github: 'ubuntu-24.04',
  forgejo: 'docker',
  gitlab: undefined,
};

/** The machine that publishes builds its own kind; GitHub has both kinds, which whoever named other machines may not use. */
function usualRunner(policy: Policy, platform: Platform): string | undefined {
  const architecture = architectureOf(platform);
  if (architecture === undefined) return undefined;
  const main = mainRunner(policy);
  if (architecture === mainArchitecture(policy)) return main;
  return policy.ci.system === 'github' && /^ubuntu-(?:latest|\d\d\.04)(?:-arm)?$/.test(main ?? '')
    ? hosted[architecture]
    : undefined;
}

// docs.github.com, "GitHub-hosted runners reference": standard runners, those for Arm in private repositories since January 2026.
const hosted: Readonly<Record<Architecture, string>> = { amd64: 'ubuntu-24.04', arm64: 'ubuntu-24.04-arm' };

/** The kind of machine that runs its programs: amd64 also those of 386, while not every arm64 runs those of 32-bit Arm. */
function architectureOf({ os, architecture, variant }: Platform): Architecture | undefined {
  if (os !== 'linux') return undefined;
  if (architecture === '386') return 'amd64';
  if (architecture === 'amd64') return variant === undefined ? 'amd64' : undefined;
  return architecture === 'arm64' && variant === undefined ? 'arm64' : undefined;
}

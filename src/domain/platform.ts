import type { Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';

/** `os/architecture[/variant]` with Go's names (OCI image-spec, image-index.md, "platform"). */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** Reads a platform in its one spelling: `linux/arm64/v8` is `linux/arm64`. */
export function parsePlatform(text: string): Parsed<Platform> {
  const match = /^([a-z0-9]+)\/([a-z0-9]+)(?:\/([a-z0-9.]+))?$/.exec(text);
  if (match === null) return refuse('is not os/architecture[/variant], such as linux/amd64');
  const [, os = '', architecture = '', variant] = match;
  return accept(canonicalPlatform(variant === undefined ? { os, architecture } : { os, architecture, variant }));
}

/** What every machine of the architecture is. Builders leave it out of an index, whether it was asked for or not. */
const impliedVariants: Readonly<Record<string, string>> = { amd64: 'v1', arm64: 'v8' };

/**
 * Tools disagree whether to write such a variant; with it and without, it is one platform. 32-bit Arm without a variant is v7,
 * as containerd and BuildKit take it ("Normalize" in github.com/containerd/platforms).
 */
export function canonicalPlatform(platform: Platform): Platform {
  const { os, architecture, variant } = platform;
  if (architecture === 'arm' && variant === undefined) return { os, architecture, variant: 'v7' };
  return variant !== undefined && variant === impliedVariants[architecture] ? { os, architecture } : platform;
}

export function formatPlatform(platform: Platform): string {
  const base = `${platform.os}/${platform.architecture}`;
  return platform.variant === undefined ? base : `${base}/${platform.variant}`;
}

const unameNames: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'aarch64', '386': 'i686' };

/** The machine name as uname and Rust targets say it: `x86_64` for amd64, `aarch64` for arm64. */
export function machineOf(platform: Platform): string {
  return unameNames[platform.architecture] ?? platform.architecture;
}

import { CutwaterError } from '../../domain/error.ts';
import type { Platform } from '../../domain/platform.ts';
import { machineOf } from '../../domain/platform.ts';
import { quote } from '../../domain/quote.ts';

/** Puts a platform into a path: `{arch}` (amd64), `{machine}` (x86_64), `{os}` (linux). Others are BUILD_FAILED. */
export function expandPlaceholders(text: string, platform: Platform): string {
  const values = new Map([
    ['arch', platform.architecture],
    ['machine', machineOf(platform)],
    ['os', platform.os],
  ]);
  return text.replaceAll(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined)
      throw new CutwaterError(
        'BUILD_FAILED',
        `Cannot read ${quote(text)}: the placeholder ${quote(name)} is unknown, {arch}, {machine} or {os} is wanted`,
      );
    return value;
  });
}

import type { Forge } from '../../src/ports/forge.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';

/** What changes a registry, and what changes a forge. */
export const registryEffects = [
  'writeManifest',
  'writeTags',
  'writeBlob',
  'writeReferrer',
  'mountBlob',
] as const satisfies readonly (keyof ImageRepository)[];
export const forgeEffects = [
  'createDraft',
  'uploadAsset',
  'publish',
  'updateNotes',
  'setLatest',
] as const satisfies readonly (keyof Forge)[];

/** Counts effects on ports and kills the process (SIGKILL) right before one of them. */
export interface Deadly {
  /** The same port, but its methods that have effects are counted. */
  watch<Port extends object>(port: Port, methods: readonly (keyof Port & string)[]): Port;
  /** What was done or was to be done, in order: names of methods, one a line. */
  effects(): string;
}

/** `killAt` counts from 1; with 0 nothing is killed. */
export function deadly(killAt: number): Deadly {
  const effects: string[] = [];
  return {
    effects: () => effects.map((name) => `${name}\n`).join(''),
    watch: (port, methods) => {
      const names: readonly string[] = methods;
      return new Proxy(port, {
        get(target, name, receiver) {
          const found: unknown = Reflect.get(target, name, receiver);
          if (typeof name !== 'string' || !names.includes(name) || typeof found !== 'function') return found;
          return (...args: unknown[]): unknown => {
            effects.push(name);
            if (effects.length === killAt) process.kill(process.pid, 'SIGKILL');
            return Reflect.apply(found, target, args);
          };
        },
      });
    },
  };
}

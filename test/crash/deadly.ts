/** Counts effects on ports and kills the process (SIGKILL) right before one of them. */
export interface Deadly {
  /** The same port, but its methods that have effects are counted. */
  watch<Port extends object>(port: Port, methods: readonly (keyof Port & string)[]): Port;
  effects(): number;
}

/** `killAt` counts from 1; with 0 nothing is killed. */
export function deadly(killAt: number): Deadly {
  let effects = 0;
  return {
    effects: () => effects,
    watch: (port, methods) => {
      const names: readonly string[] = methods;
      return new Proxy(port, {
        get(target, name, receiver) {
          const found: unknown = Reflect.get(target, name, receiver);
          if (typeof name !== 'string' || !names.includes(name) || typeof found !== 'function') return found;
          return (...args: unknown[]): unknown => {
            effects += 1;
            if (effects === killAt) process.kill(process.pid, 'SIGKILL');
            return Reflect.apply(found, target, args);
          };
        },
      });
    },
  };
}

import { emptyEnvironment } from './run-tool.ts';

/** Proxies, which every tool that may fetch needs. */
export const proxyVariables: readonly string[] = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
];

/** The emptied environment and those of the user's variables that are named: a tool sees no secret it has no use for. */
export function passedEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Record<string, string> {
  const passed = ['PATH', ...names].flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...emptyEnvironment(), ...Object.fromEntries(passed) };
}

import type { ProjectView } from './project-view.ts';
import { below } from './project-view.ts';

export interface Copy {
  /** Whether it takes files out of another stage or image. */
  readonly isOfStage: boolean;
  readonly from: readonly string[];
  readonly to: string;
}

/** The COPY lines of a Dockerfile that are written in words; the form of a JSON list is left out. */
export function readCopies(text: string): readonly Copy[] {
  const lines = text.replaceAll(/\\\r?\n/g, ' ').split(/\r?\n/);
  return lines.flatMap((line) => {
    const [instruction = '', ...words] = line.trim().split(/\s+/);
    const options = words.findIndex((word) => !word.startsWith('--'));
    const isOfStage = words.slice(0, Math.max(0, options)).some((word) => word.startsWith('--from='));
    const plain = words.slice(options);
    const to = plain.at(-1) ?? '';
    if (instruction.toUpperCase() !== 'COPY' || plain.length < 2 || plain[0]?.startsWith('[') === true) return [];
    return [{ isOfStage, from: plain.slice(0, -1), to }];
  });
}

/** What a Dockerfile copies from its context that nobody committed: something has to build it before. */
export function findUnbuilt(
  { paths, read }: Pick<ProjectView, 'paths' | 'read'>,
  { dockerfile, context }: { readonly dockerfile: string; readonly context: string },
): readonly string[] {
  const named = readCopies(read(dockerfile) ?? '').flatMap(({ isOfStage, from }) => (isOfStage ? [] : from));
  const plain = named.map((name) => name.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, ''));
  return [...new Set(plain)].filter((name) => {
    if (!/^[A-Za-z0-9_][A-Za-z0-9._/-]*$/.test(name)) return false;
    const path = below(context, name);
    return !paths.some((one) => one === path || one.startsWith(`${path}/`));
  });
}
